import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("sales_planning_attainment", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='sales_planning.sales_planning_menu']",
            run: "click",
        },
        {
            content: "Attainment counts the plans and opens",
            trigger: "a[data-menu-xmlid='sales_planning.sales_target_menu_attainment']",
            run: "click",
        },
        { trigger: ".o_list_table th:contains('Expected to Date')" },
        {
            trigger: ".o_data_row:contains('1,234.00') td[name='tree_name']",
            run: "click",
        },
        {
            content: "The periods of the target as a chart",
            trigger: ".o_field_sales_target_period_chart canvas",
        },
        {
            trigger: "button[data-menu-xmlid='sales_planning.sales_planning_menu']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_planning.sales_target_cell_menu']",
            run: "click",
        },
        { trigger: ".o_pivot table th:contains('Attainment (%)')" },
        {
            trigger: "button[data-menu-xmlid='sales_planning.sales_planning_menu']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_planning.sales_target_plan_menu']",
            run: "click",
        },
        {
            trigger: ".o_data_row td:contains('Tour Plan')",
            run: "click",
        },
        {
            content: "The totals of the plan",
            trigger: ".o_field_widget[name='actual']:contains('1,234.00')",
        },
        { trigger: "button[name='action_open_targets']", run: "click" },
        {
            content: "The figure opens the sales behind it",
            trigger: ".o_data_row:contains('1,234.00') button[name='action_open_ledger']",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Sales of')" },
        { trigger: ".o_list_view .o_data_row:contains('Tour Bikes')" },
    ],
});
