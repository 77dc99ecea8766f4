import { Component } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { registry } from "@web/core/registry";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

const ATTRIBUTIONS = ["marked", "first", "linear"];
const DEFAULT = "marked";

/** :return: the ways of attribution that a domain names; one is the default */
export function attributionsOf(domain) {
    const leaves = new Domain(domain)
        .toList()
        .filter((leaf) => Array.isArray(leaf) && leaf[0] === "attribution")
        .map((leaf) => new Domain([leaf]));
    const named = ATTRIBUTIONS.filter((attribution) =>
        leaves.some((leaf) => leaf.contains({ attribution }))
    );
    return named.length ? named : [DEFAULT];
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

    get hasSingleAttribution() {
        return attributionsOf(this.props.list.domain).length === 1;
    }

    /** The note above names the attribution; rows do where they differ in it. */
    getActiveColumns() {
        const columns = super.getActiveColumns();
        return this.hasSingleAttribution
            ? columns.filter((column) => column.name !== "attribution")
            : columns;
    }

    /** Ways of attribution count the same sales: those of several are not added up. */
    computeAggregates() {
        return this.hasSingleAttribution ? super.computeAggregates() : {};
    }

    /** What has no value is no 0%, which is what the formatter would make of it. */
    formatGroupAggregate(group, column) {
        if (group.aggregates[column.name] === false) {
            return { value: "" };
        }
        return super.formatGroupAggregate(group, column);
    }
}

class EffectKanbanController extends KanbanController {
    static template = "sales_planning.EffectKanbanView";
    static components = { ...KanbanController.components, AttributionNote };
}

const views = registry.category("views");
views.add("sales_marketing_effect_list", { ...listView, Renderer: EffectListRenderer });
views.add("sales_marketing_effect_kanban", { ...kanbanView, Controller: EffectKanbanController });
