import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Open a run, calculate and approve it, and follow a statement down to one sale. */
registry.category("web_tour.tours").add("sales_commission_settle_month", {
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
            trigger: ".o_data_cell:contains('Tour 2019-03')",
            run: "click",
        },
        {
            content: "Calculate it",
            trigger: "button[name='action_calculate']",
            run: "click",
        },
        {
            content: "Two statements are there",
            trigger: ".o_field_widget[name='statement_ids'] .o_data_row:nth-child(2)",
        },
        {
            content: "Submit it for review",
            trigger: "button[name='action_submit']",
            run: "click",
        },
        {
            content: "Approve it",
            trigger: "button[name='action_approve']",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is approved; open the list of statements",
            trigger: ".o_arrow_button_current[data-value='approved']",
        },
        {
            trigger: "button[name='action_open_statements']",
            run: "click",
        },
        {
            content: "Open the first statement",
            trigger: ".breadcrumb-item:contains('Tour 2019-03')",
        },
        {
            trigger: ".o_list_view .o_data_cell[name='payee_id']:contains('li_na')",
            run: "click",
        },
        {
            content: "Its rule shows the total",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('30.01')",
        },
        {
            content: "Open the earnings",
            trigger: "button[name='action_open_earnings'].oe_stat_button",
            run: "click",
        },
        {
            content: "They are grouped by rule",
            trigger: ".o_group_header:contains('Flat')",
            run: "click",
        },
        {
            content: "Open one sale",
            trigger: ".o_data_cell:contains('S00001')",
            run: "click",
        },
        {
            content: "It names the ledger entry",
            trigger: ".o_form_view .o_field_widget[name='entry_id']",
        },
    ],
});
