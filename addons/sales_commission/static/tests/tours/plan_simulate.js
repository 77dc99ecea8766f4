import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Make a first plan from a ready rule, change the rule, and simulate the plan. */
registry.category("web_tour.tours").add("sales_commission_plan_simulate", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the application",
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        {
            content: "Open the commission menu",
            trigger: "button[data-menu-xmlid='sales_commission.sales_commission_menu_root']",
            run: "click",
        },
        {
            content: "Open the plans",
            trigger: ".dropdown-item[data-menu-xmlid='sales_commission.sales_commission_plan_menu']",
            run: "click",
        },
        {
            content: "A new one",
            trigger: ".breadcrumb-item:contains('Commission Plans'), .o_last_breadcrumb_item:contains('Commission Plans')",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] input, .o_field_widget[name='name'] textarea",
            run: "edit Tour Plan",
        },
        {
            content: "Start with a flat rate",
            trigger: "button[name='action_add_rule']:contains('Flat Rate')",
            run: "click",
        },
        {
            content: "The rule says what it pays; open it",
            trigger: ".o_field_widget[name='rule_ids'] .o_data_row:contains('2 % of the untaxed amount of invoices') .o_data_cell[name='name']",
            run: "click",
        },
        {
            content: "Only what matters is shown",
            trigger: ".modal .o_field_widget[name='rate']",
        },
        {
            trigger: ".modal:not(:has(.o_field_widget[name='unit_amount'])):not(:has(.o_field_widget[name='tier_ids']))",
        },
        {
            content: "Pay 3 %",
            trigger: ".modal .o_field_widget[name='rate'] input",
            run: "edit 3",
        },
        {
            content: "Count orders",
            trigger: ".modal .o_field_widget[name='event'] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Booked')",
            run: "click",
        },
        {
            content: "The words follow",
            trigger: ".modal .o_field_widget[name='summary']:contains('untaxed amount of orders')",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "Simulate the draft",
            trigger: "button[name='action_simulate']",
            run: "click",
        },
        {
            content: "The cost is there, and who wins by it",
            trigger: ".o_field_widget[name='payee_ids'] .o_data_row:contains('li_na'):contains('45.00')",
        },
        {
            content: "Open it by month",
            trigger: "button[name='action_open_lines']",
            run: "click",
        },
        {
            trigger: ".o_graph_view .o_graph_canvas_container canvas",
        },
    ],
});
