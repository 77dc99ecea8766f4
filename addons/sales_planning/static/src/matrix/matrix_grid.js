import { Component, onMounted, onWillRender, useEffect, useExternalListener, useRef } from "@odoo/owl";
import { isMacOS } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";
import { useBus, useService } from "@web/core/utils/hooks";
import { useVirtualGrid } from "@web/core/virtual_grid_hook";
import { formatAmount, isZero, parseAmount, subtractAmounts, typedAmount } from "./matrix_amount";
import { fromTsv, toTsv } from "./matrix_clipboard";
import { gridLayout, ROW_HEIGHT } from "./matrix_layout";
import { MatrixModel } from "./matrix_model";
import { MatrixSelection } from "./matrix_selection";
import { TOTAL } from "./matrix_state";

const ARROWS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
};
const NO_NUMBER = "–";

/**
 * The table: one component for all cells, of which only the rows in sight are rendered, and
 * one input that is put into the cell that is being edited.
 */
export class MatrixGrid extends Component {
    static template = "sales_planning.MatrixGrid";
    static props = { model: MatrixModel, openTarget: Function };

    setup() {
        this.model = this.props.model;
        this.ui = useService("ui");
        this.root = useRef("root");
        this.input = useRef("input");
        /** What is being typed: `row`, `column`, `text`, `overwrite`; null while moving about. */
        this.editing = null;
        this.dragging = false;
        this.selection = new MatrixSelection(this.bounds);
        // What is over stands: work begins with the first period that is not.
        this.selection.moveTo(0, this.model.firstOpen);
        this.virtual = useVirtualGrid({ scrollableRef: this.root, bufferCoef: 0.25 });
        this.virtual.setRowsHeights(this.model.matrix.rows.map(() => ROW_HEIGHT));
        onWillRender(() => {
            this.layout = gridLayout(this.model, this.ui.isSmall);
        });
        useBus(this.model, "update", () => this.render());
        useEffect(
            (editing) => this.focus(editing),
            () => [this.editing]
        );
        onMounted(() => this.layout.begin(this.root.el, this.model.firstOpen));
        useExternalListener(window, "mouseup", () => (this.dragging = false));
    }

    get bounds() {
        return { first: TOTAL, lastRow: this.model.ownRow, lastColumn: this.model.width - 1 };
    }

    // --- What is shown ---

    get columns() {
        return this.model.matrix.columns;
    }

    get window() {
        const [start = 0, end = -1] = this.virtual.rowsIndexes || [];
        return { start, end };
    }

    get heightBefore() {
        return this.window.start * ROW_HEIGHT;
    }

    get heightAfter() {
        return (this.model.ownRow - 1 - this.window.end) * ROW_HEIGHT;
    }

    get rows() {
        const { rows } = this.model.matrix;
        const { start, end } = this.window;
        return rows.slice(start, end + 1).map((row, index) => this.showRow(row, start + index));
    }

    showRow({ id, name, last_year, proposed }, row) {
        const gap = subtractAmounts(this.model.amountAt(row, TOTAL), proposed, this.model.digits);
        return {
            id,
            name,
            row,
            lastYear: formatAmount(last_year),
            proposed: formatAmount(proposed),
            gap: this.showDifference(gap),
            total: this.showCell(row, TOTAL),
            cells: this.columns.map((_, column) => this.showCell(row, column)),
        };
    }

    get ownCells() {
        return this.columns.map((_, column) => this.showCell(this.model.ownRow, column));
    }

    get ownTotal() {
        return this.showCell(this.model.ownRow, TOTAL);
    }

    get sums() {
        return this.columns.map((_, column) => formatAmount(this.model.sumAt(column)));
    }

    get sum() {
        return formatAmount(this.model.sumAt(TOTAL));
    }

    get unassignedTotal() {
        return this.showUnassigned(TOTAL);
    }

    get unassigned() {
        return this.columns.map((_, column) => this.showUnassigned(column));
    }

    showUnassigned(column) {
        const amount = this.model.unassignedAt(column);
        return {
            text: amount === null ? NO_NUMBER : formatAmount(amount),
            wrong: amount !== null && !isZero(amount),
        };
    }

    showCell(row, column) {
        const { model, selection, editing } = this;
        const active = selection.row === row && selection.column === column;
        const amount = model.amountAt(row, column);
        const editable = model.mayType(row, column);
        const refused = model.isRefused(row, column);
        const { top, bottom, left, right } = selection.range;
        const selected = row >= top && row <= bottom && column >= left && column <= right;
        return {
            id: this.cellId(row, column),
            column,
            text: amount === null ? NO_NUMBER : formatAmount(amount),
            selected,
            editable,
            editing: editing?.row === row && editing.column === column,
            icon: this.iconOf(row, column, active && editable),
            class: {
                o_matrix_active: active,
                o_matrix_selected: selected,
                o_matrix_refused: refused,
                "text-danger": refused,
                "text-muted": amount === null || !editable,
            },
        };
    }

    /** The switch of a cell: shown while it is on, and in the active cell to be found. */
    iconOf(row, column, offered) {
        if (row === this.model.ownRow) {
            return null;
        }
        const isTotal = column === TOTAL;
        const on = isTotal ? this.model.isLocked(row) : this.model.isPinned(row, column);
        if (!on && !offered) {
            return null;
        }
        if (isTotal) {
            return {
                class: on ? "fa-lock" : "fa-unlock-alt opacity-50",
                title: on ? _t("The total is fixed") : _t("Fix the total"),
            };
        }
        return {
            class: on ? "fa-thumb-tack" : "fa-thumb-tack opacity-25",
            title: on ? _t("Pinned: the number stays when the rest is balanced") : _t("Pin"),
        };
    }

    showDifference(amount) {
        if (amount === null) {
            return { text: "", negative: false };
        }
        const negative = amount.startsWith("-");
        return { text: (negative || isZero(amount) ? "" : "+") + formatAmount(amount), negative };
    }

    cellId(row, column) {
        return `o_matrix_${row}_${column}`;
    }

    get activeId() {
        return this.cellId(this.selection.row, this.selection.column);
    }

    // --- Moving ---

    move(rows, columns, extend) {
        this.selection.bounds = this.bounds;
        this.selection.move(rows, columns, extend);
        this.afterMove();
    }

    moveTo(row, column, extend) {
        this.selection.bounds = this.bounds;
        this.selection.moveTo(row, column, extend);
        this.afterMove();
    }

    /** To the end of the parts in a direction, and from there to the target's own numbers. */
    jump([rows, columns], extend) {
        const { row, column } = this.selection;
        const last = this.model.ownRow - 1;
        const ends = { "-1": 0, 0: row, 1: row < last ? last : this.model.ownRow };
        const sides = { "-1": TOTAL, 0: column, 1: this.model.width - 1 };
        this.moveTo(ends[rows], sides[columns], extend);
    }

    afterMove() {
        this.layout.reveal(this.root.el, this.selection);
        this.render();
    }

    get page() {
        return Math.max(1, Math.floor(this.root.el.clientHeight / ROW_HEIGHT) - 4);
    }

    // --- Editing ---

    /**
     * @param {string} [text] what replaces the number; without it the number is changed
     */
    edit(text) {
        const { row, column } = this.selection;
        if (!this.model.mayType(row, column)) {
            this.model.refuse(this.model.reasonAgainst({ row, column }));
            return;
        }
        const shown = typedAmount(this.model.amountAt(row, column));
        const overwrite = text !== undefined;
        this.editing = { row, column, shown, overwrite, text: overwrite ? text : shown };
        this.moveTo(row, column);
    }

    focus(editing) {
        const { el } = this.input;
        if (editing && el) {
            el.value = editing.text;
            el.focus({ preventScroll: true });
            el.setSelectionRange(el.value.length, el.value.length);
        } else if (this.wasEditing) {
            this.root.el.focus({ preventScroll: true });
        }
        this.wasEditing = Boolean(editing);
    }

    /** @returns {boolean} false where what was typed is no number: it stays, to be mended */
    commit() {
        const { editing } = this;
        if (!editing) {
            return true;
        }
        const text = this.input.el ? this.input.el.value : editing.text;
        const { amount, error } = parseAmount(text, this.model.digits);
        this.model.unread = Boolean(error);
        if (error) {
            this.model.refuse(error);
            return false;
        }
        this.stopEditing();
        if (editing.overwrite || text !== editing.shown) {
            this.model.type([{ row: editing.row, column: editing.column, amount }]);
        }
        return true;
    }

    stopEditing() {
        this.editing = null;
        this.model.unread = false;
        this.render();
    }

    clear() {
        this.model.type(this.selection.cells.map((cell) => ({ ...cell, amount: null })));
    }

    fillDown() {
        const { top } = this.selection.range;
        this.model.type(
            this.selection.cells
                .filter(({ row }) => row > top)
                .map((cell) => ({ ...cell, amount: this.model.amountAt(top, cell.column) }))
        );
    }

    openPart() {
        const part = this.model.matrix.rows[this.selection.row];
        if (part) {
            this.props.openTarget(part.id);
        }
    }

    toggleSwitch() {
        const { row, column, isSingle, cells } = this.selection;
        if (!isSingle || column !== TOTAL) {
            this.model.togglePins(cells);
        } else if (row < this.model.ownRow && this.model.canEdit) {
            this.model.toggleLock(row);
        }
    }

    // --- Keyboard ---

    onKeydown(ev) {
        if (this.editing) {
            this.onEditingKeydown(ev);
        } else if (this.onMovingKeydown(ev)) {
            ev.preventDefault();
            ev.stopPropagation();
        }
    }

    onEditingKeydown(ev) {
        const leaves =
            ev.key in ARROWS &&
            (this.editing.overwrite || ev.key === "ArrowUp" || ev.key === "ArrowDown");
        if (ev.key === "Escape") {
            this.stopEditing();
        } else if (ev.key === "Enter" || ev.key === "Tab" || leaves) {
            if (this.commit()) {
                this.onMovingKeydown(ev);
            }
        } else {
            if (ev.target !== this.input.el && ev.key.length === 1) {
                // Typed before the input was there.
                this.editing.text += ev.key;
                ev.preventDefault();
            }
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /** @returns {boolean} whether the key means something here */
    onMovingKeydown(ev) {
        const control = isMacOS() ? ev.metaKey : ev.ctrlKey;
        if (ev.altKey) {
            return false;
        }
        if (ev.key in ARROWS) {
            control
                ? this.jump(ARROWS[ev.key], ev.shiftKey)
                : this.move(...ARROWS[ev.key], ev.shiftKey);
            return true;
        }
        return control ? this.onControlKey(ev) : this.onPlainKey(ev);
    }

    onControlKey({ key, shiftKey }) {
        switch (key.toLowerCase()) {
            case "home":
                this.moveTo(0, TOTAL, shiftKey);
                return true;
            case "end":
                this.moveTo(this.model.ownRow, this.model.width - 1, shiftKey);
                return true;
            case "a":
                this.selection.bounds = this.bounds;
                this.selection.selectAll();
                this.render();
                return true;
            case "d":
                this.fillDown();
                return true;
            case "enter":
                this.openPart();
                return true;
        }
        return false;
    }

    onPlainKey({ key, shiftKey }) {
        switch (key) {
            case "Tab":
                return this.tab(shiftKey ? -1 : 1);
            case "Enter":
                this.move(shiftKey ? -1 : 1, 0);
                return true;
            case "Home":
                this.moveTo(this.selection.row, TOTAL, shiftKey);
                return true;
            case "End":
                this.moveTo(this.selection.row, this.model.width - 1, shiftKey);
                return true;
            case "PageUp":
                this.move(-this.page, 0, shiftKey);
                return true;
            case "PageDown":
                this.move(this.page, 0, shiftKey);
                return true;
            case "F2":
                this.edit();
                return true;
            case "Delete":
            case "Backspace":
                this.clear();
                return true;
            case " ":
                this.toggleSwitch();
                return true;
        }
        if (key.length === 1) {
            this.edit(key);
            return true;
        }
        return false;
    }

    /** At either end Tab leaves the table, as it leaves any field. */
    tab(step) {
        this.selection.bounds = this.bounds;
        const moved = this.selection.advance(step);
        if (moved) {
            this.afterMove();
        }
        return moved;
    }

    // --- Mouse ---

    cellOf(target) {
        const el = target.closest("[data-column]");
        return el && { row: Number(el.dataset.row), column: Number(el.dataset.column) };
    }

    onMousedown(ev) {
        const cell = this.cellOf(ev.target);
        if (!cell || ev.button || ev.target === this.input.el) {
            return;
        }
        if (!this.commit()) {
            ev.preventDefault();
            this.input.el.focus();
            return;
        }
        this.touched = cell.row === this.selection.row && cell.column === this.selection.column;
        this.dragging = true;
        this.moveTo(cell.row, cell.column, ev.shiftKey);
    }

    onMouseover(ev) {
        const cell = this.dragging && this.cellOf(ev.target);
        if (cell) {
            this.moveTo(cell.row, cell.column, true);
        }
    }

    onClick(ev) {
        if (ev.target.closest(".o_matrix_switch")) {
            this.toggleSwitch();
        } else if (ev.pointerType === "touch" && this.touched && this.cellOf(ev.target)) {
            this.edit();
        }
    }

    onDblclick(ev) {
        if (this.cellOf(ev.target) && ev.target !== this.input.el) {
            this.edit();
        }
    }

    // --- Clipboard ---

    onCopy(ev) {
        if (this.editing) {
            return;
        }
        const { top, bottom, left, right } = this.selection.range;
        const block = [];
        for (let row = top; row <= bottom; row++) {
            const line = [];
            for (let column = left; column <= right; column++) {
                line.push(typedAmount(this.model.amountAt(row, column)));
            }
            block.push(line);
        }
        ev.clipboardData.setData("text/plain", toTsv(block));
        ev.preventDefault();
    }

    onCut(ev) {
        if (!this.editing) {
            this.onCopy(ev);
            this.clear();
        }
    }

    onPaste(ev) {
        if (this.editing) {
            return;
        }
        ev.preventDefault();
        const block = fromTsv(ev.clipboardData.getData("text/plain"));
        const cells = this.placeBlock(block);
        if (!cells) {
            return;
        }
        const edits = [];
        for (const { row, column, text } of cells) {
            const { amount, error } = parseAmount(text, this.model.digits);
            if (error) {
                this.model.refuse(error);
                return;
            }
            edits.push({ row, column, amount });
        }
        const [height, width] = [block.length, block[0].length];
        if (this.model.type(edits) && height * width > 1) {
            const { top, left } = this.selection.range;
            this.moveTo(top, left);
            this.moveTo(top + height - 1, left + width - 1, true);
        }
    }

    /** Where the texts of a block go: one text fills the selection, a block begins at its corner. */
    placeBlock(block) {
        const { range, cells } = this.selection;
        const [height, width] = [block.length, block[0].length];
        if (height * width === 1) {
            return cells.map((cell) => ({ ...cell, text: block[0][0] }));
        }
        const room = [this.model.ownRow + 1 - range.top, this.model.width - range.left];
        if (height > room[0] || width > room[1]) {
            this.model.refuse(
                _t(
                    "The block has %(height)s rows and %(width)s columns, and from here there are %(rows)s rows and %(columns)s columns. Paste it further up or left.",
                    { height, width, rows: room[0], columns: room[1] }
                )
            );
            return null;
        }
        return block.flatMap((line, row) =>
            line.map((text, column) => ({
                row: range.top + row,
                column: range.left + column,
                text,
            }))
        );
    }
}
