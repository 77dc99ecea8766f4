import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("sales_customer", {
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
            trigger: "a[data-menu-xmlid='sales_system.sales_customer_profile_menu']",
            run: "click",
        },
        {
            content: "The analysis leads to the customer",
            trigger: ".o_list_view .o_data_row:contains('Acme Bikes') td[name='partner_id']",
            run: "click",
        },
        {
            content: "The chain says what has become of this customer",
            trigger: "[name='customer_chain'] button:contains('Orders'):contains('1,300.00')",
        },
        { trigger: "[name='customer_chain'] button:contains('Quotations'):contains('70.00')" },
        { trigger: "[name='customer_chain']:contains('Repeat Customer')" },
        { trigger: ".o_notebook .nav-link[name='customer']", run: "click" },
        {
            trigger: ".o_field_widget[name='customer_owner_ids'] .o_data_row:contains('li.na')",
        },
        { trigger: "button[name='action_pin_level']", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='level_id'] input",
            run: "edit Gold",
        },
        {
            trigger: ".o-autocomplete--dropdown-item > a:contains('Gold')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Strategic account",
        },
        { trigger: ".modal button[name='action_pin']", run: "click" },
        {
            content: "The page shows the level that was chosen, with its reason",
            trigger: "[name='customer_chain'] [name='customer_level_id']:contains('Gold')",
        },
        {
            content: "Each figure opens what it is made of",
            trigger: "[name='customer_chain'] button:contains('Orders')",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Orders of Acme Bikes')" },
        { trigger: ".o_list_view .o_data_row:nth-child(2)" },
    ],
});
