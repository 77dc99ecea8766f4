import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

// Keys that move from cell to cell: rows down, columns to the right.
const STEPS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
};

/** Authorization matrix: which channel partner holds which territory × category on a day. */
export class AuthorizationMatrix extends Component {
    static template = "sales_system.AuthorizationMatrix";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "authorization-matrix";
    static displayName = _t("Authorization Matrix");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.table = useRef("table");
        const { day, companyId, folded } = this.props.state || {};
        this.state = useState({ matrix: null, folded: new Set(folded) });
        onWillStart(() => this.load(day, companyId));
        useSetupAction({
            getLocalState: () => ({
                day: this.matrix.day,
                companyId: this.matrix.company_id,
                folded: [...this.state.folded],
            }),
        });
    }

    get matrix() {
        return this.state.matrix;
    }

    /** The territories that no folded one hides. */
    get rows() {
        const hidden = new Set();
        return this.matrix.rows.filter(({ id, parent_id }) => {
            if (hidden.has(parent_id) || this.state.folded.has(parent_id)) {
                hidden.add(id);
                return false;
            }
            return true;
        });
    }

    async load(day, companyId) {
        this.state.matrix = await this.orm.call("sales.channel.authorization", "get_matrix", [
            day || false,
            companyId || false,
        ]);
    }

    hasChildren(row) {
        return this.matrix.rows.some(({ parent_id }) => parent_id === row.id);
    }

    toggle(row) {
        if (!this.state.folded.delete(row.id)) {
            this.state.folded.add(row.id);
        }
    }

    holders(row, column) {
        return this.matrix.cells[`${row.id},${column.id}`] || [];
    }

    isFree(row, column) {
        return !this.holders(row, column).length;
    }

    label(row, column) {
        const names = this.holders(row, column).map(({ name, is_exclusive, is_whole }) => {
            const notes = [is_exclusive && _t("exclusive"), !is_whole && _t("in part")];
            return [name, ...notes.filter(Boolean)].join(", ");
        });
        return `${row.name}, ${column.name}: ${names.join("; ") || _t("free")}`;
    }

    async open(row, column) {
        const ids = this.holders(row, column).flatMap(({ id }) => id || []);
        if (ids.length) {
            await this.action.doAction({
                type: "ir.actions.act_window",
                name: `${row.name}, ${column.name}`,
                res_model: "sales.channel.authorization",
                domain: [["id", "in", ids]],
                views: ids.length > 1 ? [[false, "list"], [false, "form"]] : [[false, "form"]],
                res_id: ids.length > 1 ? false : ids[0],
            });
        } else if (this.isFree(row, column) && this.matrix.can_create) {
            await this.authorize(row, column);
        }
    }

    authorize(row, column) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sales.channel.authorization",
            views: [[false, "form"]],
            context: {
                default_company_id: this.matrix.company_id,
                default_territory_ids: [row.id],
                default_categ_ids: [column.id],
                default_date_from: this.matrix.day,
            },
        });
    }

    onKeydown(ev, rowIndex, columnIndex) {
        const step = STEPS[ev.key];
        if (!step) {
            return;
        }
        const [row, column] = [rowIndex + step[0], columnIndex + step[1]];
        const cell = this.table.el.querySelector(`[data-cell="${row},${column}"]`);
        if (cell) {
            ev.preventDefault();
            cell.focus();
        }
    }
}

registry.category("actions").add("sales_channel_authorization_matrix", AuthorizationMatrix);
