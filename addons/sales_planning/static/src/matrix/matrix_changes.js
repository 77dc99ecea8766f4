/** What differs from what was loaded: to be saved, or put onto numbers loaded anew. */

/**
 * @param {Object} matrix answer of `get_matrix`
 * @param {Object} state see matrix_state.js
 * @returns {{id: number, before: string|null, after: string|null, pinned: boolean}[]} argument
 *  of `save_matrix`; the target's own cells have no `pinned`
 */
export function changesOf(matrix, state) {
    const changes = [];
    matrix.rows.forEach((row, index) => {
        const amounts = state.amounts[index];
        const pins = state.pins[index];
        row.cells.forEach(({ id, amount, pinned }, column) => {
            if (amount !== amounts[column] || pinned !== pins[column]) {
                changes.push({
                    id,
                    before: amount,
                    after: amounts[column],
                    pinned: pins[column],
                });
            }
        });
    });
    matrix.columns.forEach(({ id, total }, column) => {
        if (total !== state.columns[column]) {
            changes.push({ id, before: total, after: state.columns[column] });
        }
    });
    return changes;
}

/**
 * @param {Object} matrix loaded anew
 * @param {Object} state of it
 * @param {Object[]} changes see {@link changesOf}
 * @returns {Object} the state with the changes of the cells that are still there
 */
export function withChanges(matrix, state, changes) {
    const byId = new Map(changes.map((change) => [change.id, change]));
    const pick = (row, old, key) =>
        row.cells.map(({ id }, column) => (byId.has(id) ? byId.get(id)[key] : old[column]));
    const amounts = matrix.rows.map((row, index) => pick(row, state.amounts[index], "after"));
    return {
        ...state,
        amounts,
        base: amounts,
        pins: matrix.rows.map((row, index) => pick(row, state.pins[index], "pinned")),
        columns: matrix.columns.map(({ id }, column) =>
            byId.has(id) ? byId.get(id).after : state.columns[column]
        ),
    };
}
