import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openCustomers = (menu) => [
    {
        trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_customers']",
        run: "click",
    },
    {
        trigger: `a[data-menu-xmlid='sales_system.${menu}']`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("sales_stage_gate", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        ...openCustomers("sales_follow_up_menu"),
        {
            content: "The rule has noticed the silence",
            trigger: ".o_data_row:contains('Bikes for Acme'):contains('Salesperson Reminded')",
        },
        ...openCustomers("sales_today_menu"),
        {
            content: "Today shows the reminder, and opens what it is about",
            trigger: ".o_data_row:contains('No contact since') td[name='summary']",
            run: "click",
        },
        {
            content: "The gate says what is missing",
            trigger: ".o_statusbar_status button:contains('Offering')",
            run: "click",
        },
        {
            trigger: ".modal .modal-body:contains('Missing: Expected Revenue')",
        },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            trigger: ".o_field_widget[name='expected_revenue'] input",
            run: "edit 1000",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        {
            content: "In the stage, with its guide and its playbook",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Offering')",
        },
        { trigger: ".o_field_widget[name='stage_guide']:contains('Call the day after')" },
        { trigger: ".o-mail-Activity:contains('Ask who decides')" },
        ...openCustomers("sales_lead_stage_report_menu"),
        { trigger: ".o_pivot td:contains('Offering'), .o_pivot th:contains('Offering')" },
    ],
});
