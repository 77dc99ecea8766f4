import { EventBus } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { isZero, subtractAmounts, sumAmounts } from "./matrix_amount";
import { changesOf, withChanges } from "./matrix_changes";
import { MatrixHistory } from "./matrix_history";
import {
    CURRENT,
    initialState,
    isBound,
    keyOf,
    toRequest,
    TOTAL,
    withAnswer,
    withEdits,
    withError,
    withPins,
} from "./matrix_state";
import { MatrixSums } from "./matrix_sums";

/**
 * The matrix of one target: loads, edits, balances and saves it.
 *
 * Rows are counted from 0, the row after the last part is the target's own; columns are
 * counted from 0, and TOTAL stands for the totals. Triggers `update` whenever something
 * to show has changed.
 */
export class MatrixModel extends EventBus {
    history = new MatrixHistory();
    options = { method: CURRENT.method, growth: "", profile_id: false };
    /** One line about what was not done; `conflict`: whether loading anew may help. */
    notice = null;
    saving = false;
    /** Whether what stands in a cell being typed into is no number. */
    unread = false;

    constructor(orm) {
        super();
        this.orm = orm;
    }

    // --- Loading and saving ---

    async load(targetId, value = "assigned") {
        this.setMatrix(await this.call("get_matrix", { value }, targetId));
        this.history.clear();
        this.notice = null;
        this.state = initialState(this.matrix);
        this.changed();
    }

    /**
     * @param {string|false} reason why an approved number changes
     * @returns {Promise<boolean>} whether it was saved
     */
    async save(reason = false) {
        await this.balance();
        if (this.unread) {
            return false;
        }
        if (this.state.error) {
            this.refuse(_t("Mend the red cells or undo, then save."));
            return false;
        }
        const changes = this.changes;
        if (!changes.length) {
            return true;
        }
        this.saving = true;
        this.changed();
        try {
            const { value } = this.matrix;
            const kept = this.state.keep;
            this.setMatrix(await this.call("save_matrix", { value, changes, reason }));
            this.state = { ...initialState(this.matrix), keep: kept, locks: this.state.locks };
            this.history.clear();
            this.notice = null;
            return true;
        } catch (error) {
            this.notice = { message: sentenceOf(error), conflict: mayBeStale(error) };
            return false;
        } finally {
            this.saving = false;
            this.changed();
        }
    }

    /** Load anew, put what was changed here onto that, and let the rest make room. */
    async reloadKeeping() {
        const { changes, state } = this;
        await this.load(this.matrix.target.id, this.matrix.value);
        const fresh = this.state;
        const kept = withChanges(this.matrix, { ...fresh, keep: state.keep }, changes);
        this.step({ ...kept, request: CURRENT });
    }

    setMatrix(matrix) {
        this.matrix = matrix;
        this.sums = new MatrixSums(matrix.plan.digits);
    }

    call(method, kwargs, targetId = this.matrix.target.id) {
        return this.orm.call("sales.target", method, [[targetId]], kwargs);
    }

    // --- Steps ---

    /**
     * @param {{row: number, column: number, amount: string|null}[]} edits
     * @returns {boolean} false where a cell cannot be changed; then none is
     */
    type(edits) {
        const news = edits.filter(
            ({ row, column, amount }) =>
                this.mayType(row, column) || amount !== this.amountAt(row, column)
        );
        const barred = news.find(({ row, column }) => !this.mayType(row, column));
        if (barred) {
            this.refuse(this.reasonAgainst(barred));
            return false;
        }
        // A total of the target cannot be taken away while its parts have numbers.
        const possible = news.filter(({ row, amount }) => row < this.ownRow || amount !== null);
        if (possible.length) {
            this.step(withEdits(this.state, possible));
        }
        return true;
    }

    /** Pin the cells, or free them where all of them are pinned. */
    togglePins(cells) {
        const parts = cells.filter(
            ({ row, column }) =>
                row < this.ownRow &&
                column !== TOTAL &&
                this.mayType(row, column) &&
                this.state.amounts[row][column] !== null
        );
        if (parts.length) {
            const pinned = !parts.every(({ row, column }) => this.state.pins[row][column]);
            this.step(withPins(this.state, parts, pinned));
        }
    }

    /** Fix the total of a part at what it is, or let it go. */
    toggleLock(row) {
        const lock = this.state.locks[row] === null ? this.amountAt(row, TOTAL) : null;
        this.step({ ...this.state, locks: this.state.locks.with(row, lock) });
    }

    toggleKeep(name) {
        this.step({ ...this.state, keep: { ...this.state.keep, [name]: !this.state.keep[name] } });
    }

    setOption(name, value) {
        this.options = { ...this.options, [name]: value };
        this.changed();
    }

    /** Split anew by the chosen method whatever is not pinned. */
    rebalance() {
        const request = { ...this.options };
        if (!isBound(this.state)) {
            // Nothing holds: it is the whole that is split anew.
            request.total = this.amountAt(this.ownRow, TOTAL);
            if (request.total === null) {
                return this.refuse(_t("There is nothing to split yet. Type the total first."));
            }
        }
        this.step({ ...this.state, error: null, request });
    }

    /** Raise or lower what is not pinned until nothing of the target's numbers is left. */
    spreadRemainder() {
        this.step({ ...this.state, error: null, request: { ...CURRENT, fix_columns: true } });
    }

    undo() {
        if (this.canUndo) {
            this.show(this.history.undo(this.state));
        }
    }

    redo() {
        if (this.canRedo) {
            this.show(this.history.redo(this.state));
        }
    }

    /** Say in one line why something was not done. */
    refuse(message) {
        this.notice = { message, conflict: false };
        this.changed();
    }

    step(state) {
        this.history.push(this.state);
        this.show(state);
    }

    show(state) {
        this.notice = null;
        this.state = state.request === CURRENT && !isBound(state) ? this.loosen(state) : state;
        this.changed();
        return this.balance();
    }

    /** Nothing holds, so nothing has to make room. */
    loosen(state) {
        const columns = this.sums.ofColumns(state.amounts, this.width);
        return withAnswer(state, { amounts: state.amounts, columns }, this.canAssign);
    }

    /** Ask the server to balance, one question at a time, until the last one is answered. */
    balance() {
        if (this.state.request && !this.balancing) {
            this.balancing = this.answerAll();
        }
        return this.balancing;
    }

    async answerAll() {
        try {
            while (this.state.request) {
                const asked = this.state;
                const answer = await this.ask(asked);
                // Something newer was typed or undone meanwhile: this answer is of no use.
                if (this.state === asked) {
                    this.state = answer.error
                        ? withError(asked, answer.error)
                        : withAnswer(asked, answer, this.canAssign);
                    this.changed();
                }
            }
        } finally {
            this.balancing = null;
        }
    }

    async ask(state) {
        try {
            return await this.call("balance_matrix", { state: toRequest(state, this.matrix) });
        } catch (error) {
            return { error: { message: sentenceOf(error), cells: [] } };
        }
    }

    changed() {
        this.trigger("update");
    }

    // --- Reading ---

    get ownRow() {
        return this.matrix.rows.length;
    }

    get width() {
        return this.matrix.columns.length;
    }

    get digits() {
        return this.matrix.plan.digits;
    }

    get canEdit() {
        return this.matrix.can_edit;
    }

    /** Whether the user may set the target's own numbers. */
    get canAssign() {
        return this.canEdit && this.matrix.target.can_assign;
    }

    get canUndo() {
        return this.history.past.length > 0;
    }

    get canRedo() {
        return this.history.future.length > 0;
    }

    get changes() {
        if (this.compared?.state !== this.state || this.compared.matrix !== this.matrix) {
            const { state, matrix } = this;
            this.compared = { state, matrix, changes: changesOf(matrix, state) };
        }
        return this.compared.changes;
    }

    get isDirty() {
        return this.changes.length > 0;
    }

    amountAt(row, column) {
        const { amounts, columns, locks, typed } = this.state;
        if (row === this.ownRow) {
            return column === TOTAL
                ? typed.total ?? sumAmounts(columns, this.digits)
                : columns[column];
        }
        return column === TOTAL ? locks[row] ?? this.sums.ofRow(amounts[row]) : amounts[row][column];
    }

    /** @returns {string|null} what the parts have in a period, or in all of them */
    sumAt(column) {
        const sums = this.sums.ofColumns(this.state.amounts, this.width);
        return column === TOTAL ? sumAmounts(sums, this.digits) : sums[column];
    }

    /** @returns {string|null} what of the target's own number no part has yet */
    unassignedAt(column) {
        return subtractAmounts(
            this.amountAt(this.ownRow, column),
            this.sumAt(column) ?? "0",
            this.digits
        );
    }

    get hasRemainder() {
        const columns = [TOTAL, ...this.matrix.columns.keys()];
        return columns.some((column) => {
            const unassigned = this.unassignedAt(column);
            return unassigned !== null && !isZero(unassigned);
        });
    }

    isOpen(column) {
        return column === TOTAL || this.matrix.columns[column].open;
    }

    /** The period that work begins with; of a plan that is over, its first one. */
    get firstOpen() {
        return Math.max(
            0,
            this.matrix.columns.findIndex(({ open }) => open)
        );
    }

    mayType(row, column) {
        return this.isOpen(column) && (row < this.ownRow ? this.canEdit : this.canAssign);
    }

    reasonAgainst({ row, column }) {
        if (!this.canEdit) {
            return this.matrix.why_not;
        }
        if (!this.isOpen(column)) {
            return _t("%s is over, so its targets stay. Change an open period.", this.matrix.columns[column].name);
        }
        return _t("The numbers of %s are set by those above it.", this.matrix.target.name);
    }

    isPinned(row, column) {
        return row < this.ownRow && column !== TOTAL && this.state.pins[row][column];
    }

    isLocked(row) {
        return row < this.ownRow && (this.state.keep.rows || this.state.locks[row] !== null);
    }

    isRefused(row, column) {
        return Boolean(this.state.error?.cells.has(keyOf(row, column)));
    }
}

/** What the server says about input it cannot take; anything else is a fault and is thrown. */
function sentenceOf(error) {
    if (error instanceof RPCError && error.exceptionName?.startsWith("odoo.exceptions.")) {
        return error.data.message;
    }
    throw error;
}

/** Numbers that are impossible stay so after loading anew; anything else may have moved. */
function mayBeStale(error) {
    return error.exceptionName === "odoo.exceptions.UserError";
}
