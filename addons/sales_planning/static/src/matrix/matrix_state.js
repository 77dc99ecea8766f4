/**
 * What is being edited, as values that are replaced and never changed: undo keeps the old ones.
 *
 * - `amounts`, `pins`: per part and period, as shown
 * - `locks`: per part its total fixed by hand, or null
 * - `columns`: per period the target's own number
 * - `keep`: which totals hold when a number is typed: of `rows`, of `columns`, the grand `total`
 * - `base`: the amounts before what was typed since they were last balanced; `edits` and `typed`
 *   say what that was. Both outlive a refusal, so that mending one cell is enough.
 * - `request`: how to balance, while the server has not answered yet; else null
 * - `error`: what the server refused, as `message` and `cells` (keys of {@link keyOf})
 */
import { sumAmounts } from "./matrix_amount";

/** The column of totals, before that of the first period. */
export const TOTAL = -1;

/** The numbers that stand are the shares: what is typed moves the rest in proportion. */
export const CURRENT = { method: "current" };

const NOTHING_TYPED = { total: null, columns: false };

export const keyOf = (row, column) => `${row},${column}`;

const hasTotal = (columns) => columns.some((total) => total !== null);

/**
 * @param {Object} matrix answer of `get_matrix`
 */
export function initialState(matrix) {
    const amounts = matrix.rows.map((row) => row.cells.map((cell) => cell.amount));
    const columns = matrix.columns.map((column) => column.total);
    const someTotal = hasTotal(columns);
    return {
        amounts,
        base: amounts,
        pins: matrix.rows.map((row) => row.cells.map((cell) => cell.pinned)),
        locks: matrix.rows.map(() => null),
        columns,
        keep: { rows: false, columns: someTotal, total: someTotal },
        edits: [],
        typed: NOTHING_TYPED,
        request: null,
        error: null,
    };
}

/**
 * The state after numbers were typed or pasted. Each holds from now on.
 *
 * @param {Object} state
 * @param {{row: number, column: number, amount: string|null}[]} edits
 */
export function withEdits(state, edits) {
    const next = {
        ...state,
        amounts: [...state.amounts],
        pins: [...state.pins],
        locks: [...state.locks],
        columns: [...state.columns],
        request: CURRENT,
        error: null,
    };
    const typed = new Map(state.edits.map((edit) => [keyOf(edit.row, edit.column), edit]));
    for (const edit of edits) {
        const { row, column, amount } = edit;
        if (row === state.amounts.length) {
            if (column === TOTAL) {
                next.typed = { ...next.typed, total: amount };
            } else {
                next.typed = { ...next.typed, columns: true };
                next.columns[column] = amount;
            }
        } else if (column === TOTAL) {
            next.locks[row] = amount;
        } else {
            next.amounts[row] = next.amounts[row].with(column, amount);
            next.pins[row] = next.pins[row].with(column, amount !== null);
        }
        typed.set(keyOf(row, column), edit);
    }
    next.edits = [...typed.values()];
    if (!hasTotal(state.columns)) {
        next.keep = keepFirst(next);
    }
    return next;
}

/** What holds from the first number of the target itself on: that number. */
function keepFirst({ keep, typed }) {
    const total = keep.total || typed.columns || typed.total !== null;
    return { ...keep, columns: keep.columns || typed.columns, total };
}

/** The state after pins were set or taken away; a cell without a number cannot be pinned. */
export function withPins(state, cells, pinned) {
    const pins = [...state.pins];
    for (const { row, column } of cells) {
        pins[row] = pins[row].with(column, pinned && state.amounts[row][column] !== null);
    }
    return { ...state, pins };
}

/** Whether some total holds, so that the rest has to make room for what was typed. */
export function isBound({ keep, columns, locks, typed }) {
    return (
        keep.rows ||
        keep.columns ||
        (keep.total && hasTotal(columns)) ||
        typed.columns ||
        typed.total !== null ||
        locks.some((lock) => lock !== null)
    );
}

/**
 * @param {Object} state
 * @param {Object} matrix answer of `get_matrix`
 * @returns {Object} argument of `balance_matrix`
 */
export function toRequest(state, { value, plan, rows }) {
    const whole = state.typed.total !== null;
    const standing = state.keep.total ? sumAmounts(state.columns, plan.digits) : null;
    return {
        value,
        rows: rows.map(({ id }, row) => ({
            id,
            amounts: state.base[row],
            pins: state.pins[row],
            total: state.locks[row],
        })),
        columns: state.columns,
        total: whole ? state.typed.total : standing,
        fix_rows: state.keep.rows && !whole,
        fix_columns: (state.keep.columns || state.typed.columns) && !whole,
        edits: state.edits
            .filter(({ row, column }) => row < rows.length && column !== TOTAL)
            .map(({ row, column, amount }) => [row, column, amount]),
        ...state.request,
    };
}

/**
 * The state with balanced amounts.
 *
 * @param {Object} state
 * @param {{amounts: (string|null)[][], columns: (string|null)[]}} answer
 * @param {boolean} totalsFollow whether the target's own numbers become the sums of its parts
 */
export function withAnswer(state, { amounts, columns }, totalsFollow) {
    const follow = totalsFollow && (!state.keep.columns || state.typed.total !== null);
    // A row that stays the same array keeps its sums, see matrix_sums.js.
    const rows = amounts.map((row, index) =>
        row.every((amount, column) => amount === state.amounts[index][column])
            ? state.amounts[index]
            : row
    );
    return {
        ...state,
        amounts: rows,
        base: rows,
        columns: follow ? columns : state.columns,
        edits: [],
        typed: NOTHING_TYPED,
        request: null,
        error: null,
    };
}

/** The state with what the server refused; what was typed stays, to be mended. */
export function withError(state, { message, cells }) {
    const shown = cells.length ? cells : state.edits.map(({ row, column }) => [row, column]);
    return {
        ...state,
        request: null,
        error: { message, cells: new Set(shown.map(([row, column]) => keyOf(row, column))) },
    };
}
