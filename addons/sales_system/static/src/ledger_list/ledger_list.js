import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** One line above the ledger: can these figures be trusted, and which of them are final? */
export class LedgerStatus extends Component {
    static template = "sales_system.LedgerStatus";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ status: null });
        onWillStart(() => this.load());
        onWillUpdateProps(() => this.load());
    }

    async load() {
        this.state.status = await this.orm.call("sales.ledger.entry", "get_status", []);
    }

    get verifiedAt() {
        return formatDateTime(deserializeDateTime(this.state.status.verified_at), { showSeconds: false });
    }

    get lockDate() {
        return formatDate(deserializeDate(this.state.status.lock_date));
    }

    async verify() {
        this.action.doAction(
            await this.orm.call("sales.ledger.verification", "action_verify", [[]])
        );
    }

    openVerification() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sales.ledger.verification",
            res_id: this.state.status.verification_id,
            views: [[false, "form"]],
        });
    }
}

export class LedgerListRenderer extends ListRenderer {
    static template = "sales_system.LedgerListRenderer";
    static components = { ...ListRenderer.components, LedgerStatus };
}

registry.category("views").add("sales_ledger_list", {
    ...listView,
    Renderer: LedgerListRenderer,
});
