import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("sales_pool", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_customers']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_system.sales_pool_record_menu']",
            run: "click",
        },
        {
            content: "What is hidden shows its number and why it came back",
            trigger:
                ".o_kanban_record:contains('No budget'):contains('Lead'):not(:contains('School'))",
        },
        {
            content: "A look shows the lead",
            trigger: ".o_kanban_record:contains('No budget') button[name='action_look']",
            run: "click",
        },
        {
            trigger: ".o_form_view .alert-info:contains('No budget')",
        },
        {
            content: "Claim it in the form",
            trigger: "button[name='action_claim']",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('2 of East')",
        },
        {
            trigger: "button[name='action_open_return']",
        },
        {
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_customers']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_system.sales_pool_record_menu']",
            run: "click",
        },
        {
            content: "Another one without a look",
            trigger: ".o_kanban_record:contains('Too far') button[name='action_claim']:contains('2 left')",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('1 of East')",
        },
        {
            trigger: ".o_view_nocontent:contains('Nothing to claim')",
        },
        {
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_customers']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_system.sales_pool_record_menu_claimed']",
            run: "click",
        },
        {
            content: "Both are mine",
            trigger: ".o_data_row:contains('Hospital')",
        },
        {
            trigger: ".o_data_row:contains('School') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Hospital') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name='action_open_return']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Both are public tenders",
        },
        {
            trigger: ".modal button[name='action_return']",
            run: "click",
        },
        {
            content: "Several at once are confirmed",
            trigger: ".modal:contains('others may claim them') .modal-footer .btn-primary:contains('Ok')",
            run: "click",
        },
        {
            trigger: ".o_view_nocontent:contains('You have claimed nothing yet')",
        },
    ],
});
