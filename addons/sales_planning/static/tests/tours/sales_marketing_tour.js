import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("sales_marketing_plan", {
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
            trigger: "a[data-menu-xmlid='sales_planning.sales_marketing_plan_menu']",
            run: "click",
        },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".oe_title [name='name'] input", run: "edit Autumn" },
        {
            content: "What is to be done",
            trigger: "[name='activity_line_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        { trigger: ".modal [name='name'] input", run: "edit Open day" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal)) [name='activity_line_ids'] .o_data_row:contains('Open day')" },
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "What it may cost",
            trigger: ".o_form_saved .nav-link[name='budgets']",
            run: "click",
        },
        {
            trigger: "[name='budget_line_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        { trigger: ".o_selected_row [name='category_id'] input", run: "edit Tour Adverts" },
        { trigger: ".ui-menu-item a:contains('Tour Adverts')", run: "click" },
        { trigger: ".o_selected_row [name='planned'] input", run: "edit 1500" },
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "More than a plan may have without asking",
            trigger: ".o_form_saved div[name='approval_banner']:contains('Budget of the plan')",
        },
        {
            trigger: "div[name='approval_banner'] button[name='action_open_request_approval']",
            run: "click",
        },
        { trigger: ".modal [name='reason'] textarea", run: "edit The market grows" },
        { trigger: ".modal-footer button[name='action_ask']", run: "click" },
        { trigger: "div[name='approval_banner']:contains('Waits for approval')" },
        { trigger: ".nav-link[name='timeline']", run: "click" },
        { trigger: "[name='timeline']:contains('Open day')" },
    ],
});

registry.category("web_tour.tours").add("sales_marketing_revise", {
    steps: () => [
        { trigger: ".o_arrow_button_current:contains('Approved')" },
        { trigger: "button[name='action_open_revise']", run: "click" },
        { trigger: ".modal [name='reason'] textarea", run: "edit The hall is taken" },
        { trigger: ".modal-footer button[name='action_revise']", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Draft')" },
        { trigger: ".nav-link[name='revisions']", run: "click" },
        { trigger: ".o_data_row:contains('The hall is taken')" },
    ],
});

registry.category("web_tour.tours").add("sales_marketing_effect", {
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
            trigger: "a[data-menu-xmlid='sales_planning.sales_marketing_effect_menu']",
            run: "click",
        },
        { trigger: ".o_sales_attribution_note:contains('on its order or invoice')" },
        {
            content: "Of a plan, the quotient of its sums",
            trigger: ".o_group_header:contains('Spring'):contains('316.67')",
        },
        {
            trigger: ".o_data_row:contains('Advert'):contains('1,000.00'):contains('316.67')",
        },
        {
            content: "From the figure to the sales",
            trigger: ".o_data_row:contains('Advert') button[name='action_open_sales']",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Sales of Advert')" },
        { trigger: ".o_data_row:contains('Acme Bikes'):contains('1,000.00')" },
        { trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        {
            content: "From the figure to the leads",
            trigger: ".o_data_row:contains('Advert') button[name='action_open_leads']",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Leads of Advert')" },
        { trigger: ".o_data_row:contains('Asked for a bike')" },
        { trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        {
            content: "And the activity itself",
            trigger: ".o_data_row:contains('Advert') td[name='name']",
            run: "click",
        },
        { trigger: ".o_form_view .nav-link[name='effect']", run: "click" },
        { trigger: "[name='roi']:contains('316.67')" },
        { trigger: "button[name='action_open_effect']", run: "click" },
        { trigger: ".o_switch_view.o_graph", run: "click" },
        { trigger: ".o_graph_renderer .o_sales_attribution_note" },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot td:contains('316.67')" },
    ],
});
