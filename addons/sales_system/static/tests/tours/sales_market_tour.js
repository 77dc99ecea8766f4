import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const choose = (field, text) => [
    {
        trigger: `.o_field_widget[name='${field}'] input`,
        run: `edit ${text}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item > a:contains('${text}')`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("sales_market", {
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
            trigger: "a[data-menu-xmlid='sales_system.sales_market_data_menu']",
            run: "click",
        },
        { trigger: ".o_list_button_add", run: "click" },
        ...choose("indicator_id", "Size of Bikes"),
        ...choose("categ_id", "Tour Bikes"),
        {
            trigger: ".o_field_widget[name='date_from'] input[data-field='date_from']",
            run: "edit 01/01/2026",
        },
        {
            content: "A market lasts a whole quarter",
            trigger: ".o_field_widget[name='date_to'] input[data-field='date_to']",
            run: "edit 03/31/2026",
        },
        { trigger: ".o_field_widget[name='value'] input", run: "edit 1000" },
        { trigger: ".o_field_widget[name='source'] input", run: "edit Bicycle Association" },
        ...stepUtils.saveForm(),
        {
            content: "The share comes from the ledger and opens its entries",
            trigger: "button[name='action_open_entries']:contains('25')",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Own Sales: Size of Bikes')" },
        {
            content: "The two invoiced entries of the quarter, and no others",
            trigger: ".o_list_view .o_data_row:nth-child(2)",
        },
        {
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_market']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_system.sales_market_share_menu']",
            run: "click",
        },
        { trigger: ".o_graph_renderer canvas" },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        {
            content: "Totals are quotients of sums",
            trigger: ".o_pivot table:contains('25')",
        },
    ],
});
