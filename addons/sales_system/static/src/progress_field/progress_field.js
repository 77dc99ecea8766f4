import { Component, onMounted, onWillUnmount } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const POLL_MILLISECONDS = 1500;

/** A bar for work that goes on at the server: as long as it is shown, it reloads the record. */
export class SalesProgressField extends Component {
    static template = "sales_system.ProgressField";
    static props = { ...standardFieldProps };

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.poll(), POLL_MILLISECONDS);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get percentage() {
        return Math.round(this.props.record.data[this.props.name]);
    }

    async poll() {
        const { record } = this.props;
        if (!record.dirty) {
            await record.load();
        }
    }
}

export const salesProgressField = {
    component: SalesProgressField,
    displayName: _t("Progress of work at the server"),
    supportedTypes: ["float", "integer"],
};

registry.category("fields").add("sales_progress", salesProgressField);
