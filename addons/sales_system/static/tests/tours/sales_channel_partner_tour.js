import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const MENU = "[data-menu-xmlid='sales_system.sales_system_menu_channels']";
const card = (name) => `.o_kanban_record:contains('${name}')`;
const node = (name) => `.o_hierarchy_node:contains('${name}')`;

registry.category("web_tour.tours").add("sales_channel_partner", {
    steps: () => [
        ...stepUtils.goToAppSteps("sales_system.sales_system_menu_root", "Open the app"),
        { trigger: MENU, run: "click" },
        { trigger: "[data-menu-xmlid='sales_system.sales_channel_partner_menu']", run: "click" },
        { content: "Cards tell what went through a partner", trigger: `${card("East Wheels")}:contains('3,000')` },
        { content: "and what is overdue", trigger: `${card("East Wheels")}:contains('Overdue')`, run: "click" },
        { trigger: ".o_notebook .nav-link[name='channel']", run: "click" },
        { content: "The status moves by its buttons", trigger: "button[name='action_channel_suspend']", run: "click" },
        { trigger: ".modal .btn-primary", run: "click" },
        { trigger: ".o_field_widget[name='channel_state']:contains('Suspended')" },
        { trigger: "button[name='action_channel_activate']", run: "click" },
        { trigger: ".o_field_widget[name='channel_state']:contains('Active')" },
        { content: "From the figure to the ledger", trigger: "button[name='action_open_channel_ledger']", run: "click" },
        { trigger: ".o_list_view .o_data_row" },
        { trigger: ".o_breadcrumb a:contains('Channel Partners')", run: "click" },
        { content: "Who buys from whom", trigger: ".o_switch_view.o_hierarchy", run: "click" },
        {
            trigger: `${node("East Wheels")}:contains('3,000') button:contains('Unfold')`,
            run: "click",
        },
        { trigger: node("Corner Bikes") },
        { trigger: MENU, run: "click" },
        { trigger: "[data-menu-xmlid='sales_system.sales_channel_performance_menu']", run: "click" },
        { content: "The pivot compares with the year before", trigger: ".o_pivot th:contains('Booked a Year Earlier')" },
        { trigger: ".o_pivot td:contains('200.00%')" },
        { content: "A figure opens into its entries", trigger: ".o_pivot tbody tr:contains('East Wheels') td:contains('3,000')", run: "click" },
        { trigger: ".o_list_view" },
    ],
});
