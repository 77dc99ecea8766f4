import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const choose = (field, name) => [
    {
        trigger: `.o_field_widget[name='${field}'] input`,
        run: `edit ${name}`,
    },
    {
        trigger: `.ui-autocomplete > li > a:contains('${name}'), .o-autocomplete--dropdown-item > a:contains('${name}')`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("sales_handover", {
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
            trigger: "a[data-menu-xmlid='sales_system.sales_handover_menu']",
            run: "click",
        },
        {
            content: "The empty list says what a handover is",
            trigger: ".o_view_nocontent:contains('Write a handover')",
        },
        { trigger: ".o_list_button_add", run: "click" },
        ...choose("from_user_id", "li.na"),
        ...choose("to_user_id", "wang.wei"),
        { trigger: "button[name='action_collect']", run: "click" },
        {
            content: "The preview shows each record before anything moves",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('Acme Bikes')",
        },
        {
            trigger: ".o_field_widget[name='summary_ids'] .o_data_row:contains('Customers'):contains('2')",
        },
        {
            content: "Leave a customer out",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Customers'):contains('Acme Bikes') td[name='included'] .o_boolean_toggle input",
            run: "click",
        },
        {
            trigger: "button[name='action_hand_over']",
            run: "click",
        },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Done')" },
        {
            trigger: "button[name='action_open_lines']:contains('Moved'):contains('5')",
            run: "click",
        },
        { trigger: ".o_list_view .o_group_header:contains('Open Orders')" },
    ],
});
