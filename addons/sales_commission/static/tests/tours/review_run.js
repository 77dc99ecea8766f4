import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Calculate a run, look at its finding, submit and approve it, mark it as paid, verify and close. */
registry.category("web_tour.tours").add("sales_commission_review_run", {
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
            content: "Open the runs",
            trigger: ".dropdown-item[data-menu-xmlid='sales_commission.sales_commission_run_menu']",
            run: "click",
        },
        {
            content: "Open the run",
            trigger: ".o_data_cell:contains('Tour review')",
            run: "click",
        },
        {
            content: "Calculate it",
            trigger: "button[name='action_calculate']",
            run: "click",
        },
        {
            content: "The sales tie to the ledger",
            trigger: ".o_field_widget[name='total_ids'] .o_data_row:contains('1,200.00')",
        },
        {
            content: "The rule shows its rate",
            trigger: ".o_field_widget[name='rule_total_ids'] .o_data_row:contains('24.00')",
        },
        {
            content: "Somebody keeps commission on a large discount; open the sale",
            trigger:
                ".o_field_widget[name='check_ids'] .o_data_row:contains('discount above') button[name='action_open_rows']",
            run: "click",
        },
        {
            content: "It is the one",
            trigger: ".breadcrumb-item:contains('Tour review')",
        },
        {
            trigger: ".o_list_view .o_data_cell:contains('S00001')",
        },
        {
            content: "Go back",
            trigger: ".breadcrumb-item:contains('Tour review')",
            run: "click",
        },
        {
            content: "Tick the finding",
            trigger: ".o_field_widget[name='check_ids'] button[name='action_look']",
            run: "click",
        },
        {
            content: "It can be opened again",
            trigger: ".o_field_widget[name='check_ids'] button[name='action_reopen']",
        },
        {
            content: "Submit the run",
            trigger: "button[name='action_submit']",
            run: "click",
        },
        {
            content: "Approve it",
            trigger: ".o_arrow_button_current[data-value='review']",
        },
        {
            trigger: "button[name='action_approve']",
            run: "click",
        },
        {
            content: "Nothing is open, so nothing is said about findings",
            trigger: ".modal-body:not(:contains('findings'))",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "Mark it as paid",
            trigger: "button[name='action_pay']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reference'] input",
            run: "edit T 17",
        },
        {
            trigger: ".modal button[name='action_pay']",
            run: "click",
        },
        {
            content: "Verify it",
            trigger: ".o_arrow_button_current[data-value='paid']",
        },
        {
            trigger: "button[name='action_verify']",
            run: "click",
        },
        {
            content: "It stands",
            trigger: ".alert-success:contains('Identical')",
        },
        {
            content: "Back to the run",
            trigger: ".breadcrumb-item:contains('Tour review')",
            run: "click",
        },
        {
            content: "Close it",
            trigger: "button[name='action_close']",
            run: "click",
        },
        {
            content: "Done",
            trigger: ".o_arrow_button_current[data-value='closed']",
        },
    ],
});
