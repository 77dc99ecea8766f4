import { clamp } from "@web/core/utils/numbers";

/**
 * The active cell and the block between it and the anchor.
 *
 * Rows count the parts from 0, and the row after the last is the target's own; columns count
 * the periods from 0, and `first` (-1) is the total.
 */
export class MatrixSelection {
    row = 0;
    column = 0;
    anchorRow = 0;
    anchorColumn = 0;

    /**
     * @param {{first: number, lastRow: number, lastColumn: number}} bounds
     */
    constructor(bounds) {
        this.bounds = bounds;
    }

    moveTo(row, column, extend = false) {
        this.row = clamp(row, 0, this.bounds.lastRow);
        this.column = clamp(column, this.bounds.first, this.bounds.lastColumn);
        if (!extend) {
            this.anchorRow = this.row;
            this.anchorColumn = this.column;
        }
    }

    move(rows, columns, extend = false) {
        this.moveTo(this.row + rows, this.column + columns, extend);
    }

    /**
     * One cell on in reading order, as Tab does.
     *
     * @param {1|-1} step
     * @returns {boolean} whether there was one
     */
    advance(step) {
        const { first, lastRow, lastColumn } = this.bounds;
        const width = lastColumn - first + 1;
        const place = this.row * width + this.column - first + step;
        if (place < 0 || place >= (lastRow + 1) * width) {
            return false;
        }
        this.moveTo(Math.floor(place / width), (place % width) + first);
        return true;
    }

    selectAll() {
        this.anchorRow = 0;
        this.anchorColumn = this.bounds.first;
        this.moveTo(this.bounds.lastRow, this.bounds.lastColumn, true);
    }

    get range() {
        return {
            top: Math.min(this.row, this.anchorRow),
            bottom: Math.max(this.row, this.anchorRow),
            left: Math.min(this.column, this.anchorColumn),
            right: Math.max(this.column, this.anchorColumn),
        };
    }

    get isSingle() {
        return this.row === this.anchorRow && this.column === this.anchorColumn;
    }

    /** @returns {{row: number, column: number}[]} the selected cells, row by row */
    get cells() {
        const { top, bottom, left, right } = this.range;
        const cells = [];
        for (let row = top; row <= bottom; row++) {
            for (let column = left; column <= right; column++) {
                cells.push({ row, column });
            }
        }
        return cells;
    }
}
