import { Component } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { registry } from "@web/core/registry";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

const DEFAULT = "marked";

/** :return: the ways of attribution that a domain names; one is the default */
export function attributionsOf(domain) {
    const named = new Domain(domain)
        .toList()
        .filter((leaf) => Array.isArray(leaf) && leaf[0] === "attribution")
        .flatMap((leaf) => leaf[2]);
    return named.length ? [...new Set(named)] : [DEFAULT];
}

/** One line above the report: how are these sales credited to campaigns? */
export class AttributionNote extends Component {
    static template = "sales_planning.AttributionNote";
    static props = { domain: Array };

    get attributions() {
        return attributionsOf(this.props.domain);
    }
}

class EffectListRenderer extends ListRenderer {
    static template = "sales_planning.EffectListRenderer";
    static components = { ...ListRenderer.components, AttributionNote };
}

registry
    .category("views")
    .add("sales_marketing_effect_list", { ...listView, Renderer: EffectListRenderer });
