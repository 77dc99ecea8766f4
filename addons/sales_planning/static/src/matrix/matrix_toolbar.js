import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { MatrixModel } from "./matrix_model";

/**
 * Buttons of other features: `{ label, icon, onClick(model, env), isDisplayed(model) }`, the
 * last one optional.
 */
export const matrixButtons = registry.category("sales_target_matrix_buttons");

/** How to split, which totals hold, and steps back. */
export class MatrixToolbar extends Component {
    static template = "sales_planning.MatrixToolbar";
    static props = { model: MatrixModel, openValue: Function };

    setup() {
        this.model = this.props.model;
        useBus(this.model, "update", () => this.render());
    }

    get options() {
        return this.model.options;
    }

    get extraButtons() {
        return matrixButtons
            .getAll()
            .filter((button) => !button.isDisplayed || button.isDisplayed(this.model));
    }

    get totals() {
        const { keep } = this.model.state;
        const implied = keep.rows || keep.columns;
        return [
            {
                name: "rows",
                label: _t("Rows"),
                title: _t("The total of each row stays"),
                active: keep.rows,
            },
            {
                name: "columns",
                label: _t("Periods"),
                title: _t("The target's number of each period stays"),
                active: keep.columns,
                disabled: !this.model.canAssign,
            },
            {
                name: "total",
                label: _t("Total"),
                title: _t("The target's total stays"),
                active: keep.total || implied,
                disabled: implied || !this.model.canAssign,
            },
        ];
    }

    setOption(name, ev) {
        this.model.setOption(name, ev.target.value);
    }

    setProfile(ev) {
        this.model.setOption("profile_id", Number(ev.target.value) || false);
    }
}
