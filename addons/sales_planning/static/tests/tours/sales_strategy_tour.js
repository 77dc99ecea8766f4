import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const MARKET = "button[data-menu-xmlid='sales_system.sales_system_menu_market']";

registry.category("web_tour.tours").add("sales_strategy", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        { trigger: MARKET, run: "click" },
        { trigger: "a[data-menu-xmlid='sales_planning.sales_strategy_menu']", run: "click" },
        { trigger: ".o_list_view .o_list_button_add", run: "click" },
        { trigger: ".oe_title [name='name'] input", run: "edit Tandems for families" },
        {
            content: "What we are good at",
            trigger: "[name='strengths'] .odoo-editor-editable",
            run: "editor Workshops in every city",
        },
        {
            trigger: "[name='threats'] .odoo-editor-editable",
            run: "editor Rented tandems",
        },
        {
            content: "It is approved with a way to compete and a goal only",
            trigger: "button[name='action_confirm']",
            run: "click",
        },
        { trigger: ".modal .modal-body:contains('does not say how to compete')" },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "What it rests on",
            trigger: "body:not(:has(.modal)) [name='research_ids'] input",
            run: "edit Tour Price of a tandem",
        },
        { trigger: ".ui-menu-item a:contains('Tour Price of a tandem')", run: "click" },
        { trigger: "[name='research_ids'] .o_tag:contains('Tour Price of a tandem')" },
        { trigger: ".o_notebook .nav-link[name='goals']", run: "click" },
        { trigger: "[name='goal_ids'] .o_field_x2many_list_row_add a", run: "click" },
        {
            trigger: "[name='goal_ids'] .o_selected_row [name='name'] input",
            run: "edit Lead with tandems",
        },
        {
            trigger: "[name='goal_ids'] .o_selected_row [name='metric'] input",
            run: "edit Market share in %",
        },
        { trigger: "[name='goal_ids'] .o_selected_row [name='value'] input", run: "edit 15" },
        {
            trigger: "[name='competitive_strategy'] input",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains('Focus')", run: "click" },
        { trigger: "[name='competitive_strategy'] input:value('Focus')" },
        { trigger: "button[name='action_confirm']", run: "click" },
        { trigger: "[name='state'] .o_arrow_button_current:contains('Approved')" },
        {
            content: "What is approved stands",
            trigger:
                "[name='goal_ids']:not(:has(.o_field_x2many_list_row_add)) .o_data_row:contains('Lead with tandems')",
        },
        {
            content: "It is put into practice",
            trigger: "button[name='action_new_plan']",
            run: "click",
        },
        {
            trigger: ".o_form_view [name='strategy_id'] input:value('Tandems for families')",
        },
        { trigger: ".oe_title [name='name'] input", run: "edit Family days" },
        {
            trigger: "[name='activity_line_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        { trigger: ".modal [name='name'] input", run: "edit Ride in the park" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        {
            trigger:
                "body:not(:has(.modal)) [name='activity_line_ids'] .o_data_row:contains('Ride in the park')",
        },
        { trigger: "button[name='action_release']", run: "click" },
        { trigger: "[name='state'] .o_arrow_button_current:contains('Approved')" },
        { trigger: "[name='strategy_id']:contains('Tandems for families')" },
        { trigger: ".nav-link[name='timeline']", run: "click" },
        { trigger: "[name='timeline']:contains('Ride in the park')" },
        {
            content: "Back on the strategy",
            trigger: ".o_breadcrumb a:contains('Tandems for families')",
            run: "click",
        },
        {
            trigger: "button[name='action_open_plans'] .o_stat_value:contains('1')",
            run: "click",
        },
        { trigger: ".o_data_row:contains('Family days'):contains('Approved')" },
    ],
});
