/** Sums of a state. Rows are never changed, so what was read from one is kept with it. */
import { toAmount, toUnits } from "./matrix_amount";

export class MatrixSums {
    rows = new WeakMap();
    columns = new WeakMap();

    /**
     * @param {number} digits decimals of the plan
     */
    constructor(digits) {
        this.digits = digits;
    }

    /**
     * @param {(string|null)[]} row amounts of a part
     * @returns {string|null} null where it has no number at all
     */
    ofRow(row) {
        const { units, filled } = this.read(row);
        return filled
            ? toAmount(
                  units.reduce((sum, unit) => sum + (unit ?? 0n), 0n),
                  this.digits
              )
            : null;
    }

    /**
     * @param {(string|null)[][]} amounts
     * @param {number} width number of periods
     * @returns {(string|null)[]} per period, null where no part has a number
     */
    ofColumns(amounts, width) {
        if (!this.columns.has(amounts)) {
            const sums = Array(width).fill(null);
            for (const row of amounts) {
                this.read(row).units.forEach((unit, column) => {
                    if (unit !== null) {
                        sums[column] = (sums[column] ?? 0n) + unit;
                    }
                });
            }
            this.columns.set(
                amounts,
                sums.map((sum) => (sum === null ? null : toAmount(sum, this.digits)))
            );
        }
        return this.columns.get(amounts);
    }

    read(row) {
        if (!this.rows.has(row)) {
            const units = row.map((amount) =>
                amount === null ? null : toUnits(amount, this.digits)
            );
            this.rows.set(row, { units, filled: units.some((unit) => unit !== null) });
        }
        return this.rows.get(row);
    }
}
