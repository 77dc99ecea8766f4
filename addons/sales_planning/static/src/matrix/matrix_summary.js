import { Component } from "@odoo/owl";
import { useBus } from "@web/core/utils/hooks";
import { formatAmount } from "./matrix_amount";
import { MatrixModel } from "./matrix_model";
import { TOTAL } from "./matrix_state";

/** Where we are, how much is to be split, and how much of it is left. */
export class MatrixSummary extends Component {
    static template = "sales_planning.MatrixSummary";
    static props = { model: MatrixModel, openTarget: Function };

    setup() {
        this.model = this.props.model;
        useBus(this.model, "update", () => this.render());
    }

    get above() {
        return this.model.matrix.target.path.slice(0, -1);
    }

    get total() {
        return formatAmount(this.model.amountAt(this.model.ownRow, TOTAL)) || "–";
    }

    get unassigned() {
        const amount = this.model.unassignedAt(TOTAL);
        return amount === null ? "–" : formatAmount(amount);
    }

    get isUneven() {
        return this.model.ownRow > 0 && this.model.hasRemainder;
    }
}
