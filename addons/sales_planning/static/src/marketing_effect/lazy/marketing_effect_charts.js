import { registry } from "@web/core/registry";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";
import { pivotView } from "@web/views/pivot/pivot_view";
import { AttributionNote } from "@sales_planning/marketing_effect/marketing_effect";

class EffectPivotRenderer extends PivotRenderer {
    static template = "sales_planning.EffectPivotRenderer";
    static components = { ...PivotRenderer.components, AttributionNote };

    /** What has no value is no 0%, which is what the formatter would make of it. */
    getFormattedValue(cell) {
        return cell.value === false ? { value: "" } : super.getFormattedValue(cell);
    }
}

class EffectGraphRenderer extends GraphRenderer {
    static template = "sales_planning.EffectGraphRenderer";
    static components = { ...GraphRenderer.components, AttributionNote };
}

const views = registry.category("views");
views.add("sales_marketing_effect_pivot", { ...pivotView, Renderer: EffectPivotRenderer });
views.add("sales_marketing_effect_graph", { ...graphView, Renderer: EffectGraphRenderer });
