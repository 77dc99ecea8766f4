import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("sales_market_segment", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_market']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_system.sales_market_segment_menu']",
            run: "click",
        },
        { trigger: ".o_kanban_view" },
        { trigger: ".o-kanban-button-new", run: "click" },
        {
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Private riders",
        },
        {
            trigger: ".o_field_widget[name='attractiveness'] input",
            run: "edit 8",
        },
        {
            trigger: ".o_field_widget[name='is_target'] input",
            run: "click",
        },
        {
            content: "Without a condition all customers of the company are in it",
            trigger: "button[name='action_snapshot']",
            run: "click",
        },
        { trigger: ".o_notification:contains('came and 0 left')" },
        { trigger: ".o_field_widget[name='score']:contains('40')" },
        {
            content: "The customers whom the snapshot found",
            trigger: "button[name='action_open_members']",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Customers of Private riders')" },
        { trigger: ".o_list_view .o_data_row:contains('Bund Shop')" },
    ],
});
