import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** A salesperson opens the own statement, reads how a line came about, and questions it. */
registry.category("web_tour.tours").add("sales_commission_question_line", {
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
            content: "Open the own statements",
            trigger:
                ".dropdown-item[data-menu-xmlid='sales_commission.sales_commission_statement_menu_mine']",
            run: "click",
        },
        {
            content: "Open the statement",
            trigger: ".o_data_cell:contains('Tour 2019-03')",
            run: "click",
        },
        {
            content: "What is payable stands at the top",
            trigger: ".o_field_widget[name='amount']:contains('30.01')",
        },
        {
            content: "Look at the sales",
            trigger: ".o_notebook .nav-link[name='earnings']",
            run: "click",
        },
        {
            content: "A line says how it came about; question it",
            trigger:
                ".o_field_widget[name='earning_ids'] .o_data_row:contains('share 100 %') button[name='action_ask']",
            run: "click",
        },
        {
            content: "Write the question",
            trigger: ".modal .o_field_widget[name='text'] textarea",
            run: "edit Was this not shared?",
        },
        {
            content: "Send it",
            trigger: ".modal button[name='action_ask']",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: ".o_notification:contains('on its way')",
        },
        {
            content: "Nothing is left to be saved",
            trigger: "body:not(:has(.modal))",
        },
    ],
});
