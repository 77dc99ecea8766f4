import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";

/** Why numbers of an approved plan change: kept with the revision. */
export class MatrixReasonDialog extends Component {
    static template = "sales_planning.MatrixReasonDialog";
    static components = { Dialog };
    static props = { close: Function, save: Function };

    setup() {
        this.state = useState({ reason: "" });
        useAutofocus({ refName: "reason" });
    }

    get isEmpty() {
        return !this.state.reason.trim();
    }

    save() {
        this.props.save(this.state.reason.trim());
        this.props.close();
    }
}
