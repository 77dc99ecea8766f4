/** Sizes of the table in pixels, known beforehand: so it can be rendered in part. */
import { formatAmount } from "./matrix_amount";
import { TOTAL } from "./matrix_state";

export const ROW_HEIGHT = 34;
const CHARACTER = 7.7;
const PADDING = 16;
const SWITCH = 16;
const NAME = { small: 132, large: 200 };
const LEAST = 84;

/**
 * @param {MatrixModel} model
 * @param {boolean} isSmall whether the screen is a phone's
 */
export function gridLayout(model, isSmall) {
    return new GridLayout(model, isSmall);
}

class GridLayout {
    constructor(model, isSmall) {
        const columns = [...model.matrix.columns.keys()];
        this.ownRow = model.ownRow;
        this.name = isSmall ? NAME.small : NAME.large;
        this.lastYear = widthOf(model.matrix.rows.map((row) => row.last_year));
        this.total = widthOf([model.sumAt(TOTAL), model.amountAt(model.ownRow, TOTAL)]) + SWITCH;
        this.cell =
            widthOf(
                columns.flatMap((column) => [
                    model.sumAt(column),
                    model.amountAt(model.ownRow, column),
                ])
            ) + SWITCH;
        this.totalAt = this.name + this.lastYear;
        this.firstAt = this.totalAt + this.total;
        // A phone has no room to keep more than the names in sight.
        this.sticky = isSmall ? this.name : this.firstAt;
        this.width = this.firstAt + model.width * this.cell + 2 * this.total;
    }

    /** Scroll so that the table begins with a period; what is before it stays to the left. */
    begin(el, column) {
        el.scrollLeft = this.firstAt + column * this.cell - this.sticky;
    }

    /** Scroll so that the active cell is in sight, beside what sticks. */
    reveal(el, { row, column }) {
        const head = el.querySelector("thead").offsetHeight;
        const foot = el.querySelector("tfoot").offsetHeight;
        if (row < this.ownRow) {
            const top = row * ROW_HEIGHT;
            const room = el.clientHeight - head - foot - ROW_HEIGHT;
            el.scrollTop = Math.min(top, Math.max(el.scrollTop, top - room));
        }
        if (column !== TOTAL || this.sticky < this.firstAt) {
            const left = column === TOTAL ? this.totalAt : this.firstAt + column * this.cell;
            const width = column === TOTAL ? this.total : this.cell;
            const room = el.clientWidth - width;
            el.scrollLeft = Math.min(left - this.sticky, Math.max(el.scrollLeft, left - room));
        }
    }
}

function widthOf(amounts) {
    const longest = Math.max(...amounts.map((amount) => formatAmount(amount).length));
    return Math.ceil(Math.max(LEAST, longest * CHARACTER + PADDING));
}
