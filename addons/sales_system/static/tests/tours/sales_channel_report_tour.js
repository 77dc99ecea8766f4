import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const figure = (name) => `tr[name='line']:contains('Road Bike') [data-figure='${name}']`;

registry.category("web_tour.tours").add("sales_channel_report_portal", {
    steps: () => [
        {
            content: "The draft of the period that is over waits in the list",
            trigger: ".o_portal_my_doc_table a:contains('January 2026')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What was invoiced stands there",
            trigger: `${figure("in")}:value(10)`,
        },
        { trigger: figure("out"), run: "edit 4" },
        {
            content: "The closing stock that follows is shown at once",
            trigger: "tr[name='line'] td[name='expected'].text-danger:contains('6')",
        },
        { trigger: "button[name='step'][value='submit']", run: "click", expectUnloadPage: true },
        {
            content: "The server says what is wrong, and what was typed is still there",
            trigger: "div[name='errors']:contains('closing stock 10.00 is not')",
        },
        { trigger: `${figure("out")}:value(4)` },
        { trigger: figure("closing"), run: "edit 6" },
        { trigger: "tr[name='line'] td[name='expected']:not(.text-danger)" },
        { trigger: "button[name='step'][value='submit']", run: "click", expectUnloadPage: true },
        { trigger: ".alert-success:contains('has been submitted')" },
        { trigger: ".o_sales_channel_report:not(:has(form[name='upload']))" },
    ],
});

registry.category("web_tour.tours").add("sales_channel_report_accept", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        { trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']", run: "click" },
        {
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_channels']",
            run: "click",
        },
        { trigger: "a[data-menu-xmlid='sales_system.sales_channel_report_menu']", run: "click" },
        { trigger: ".o_data_row:contains('East Wheels') td[name='partner_id']", run: "click" },
        {
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Road Bike'):contains('6.00')",
        },
        { trigger: "button[name='action_accept']", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Accepted')" },
        {
            content: "The stock of the channel partner follows",
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_channels']",
            run: "click",
        },
        { trigger: "a[data-menu-xmlid='sales_system.sales_channel_stock_menu']", run: "click" },
        { trigger: ".o_data_row:contains('East Wheels'):contains('Road Bike'):contains('6.00')" },
    ],
});
