import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("sales_approval_request", {
    steps: () => [
        {
            content: "The order says what it is over",
            trigger: "div[name='approval_banner']:contains('Discount 18 % (limit 15 %)')",
        },
        {
            content: "It cannot be confirmed",
            trigger: ".o_statusbar_buttons button[name='action_confirm']",
            run: "click",
        },
        {
            trigger: ".modal-body:contains('needs an approval first')",
        },
        { trigger: ".modal-footer button", run: "click" },
        {
            trigger: "div[name='approval_banner'] button[name='action_open_request_approval']",
            run: "click",
        },
        { trigger: ".modal [name='reason'] textarea", run: "edit Opens a second shop" },
        { trigger: ".modal-footer button[name='action_ask']", run: "click" },
        { trigger: "div[name='approval_banner']:contains('Waits for approval')" },
    ],
});

registry.category("web_tour.tours").add("sales_approval_approve", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_orders']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_system.sales_approval_request_menu']",
            run: "click",
        },
        {
            content: "The card shows the limits and the margin",
            trigger: ".o_kanban_record:contains('S-APPROVE'):contains('26.8'):contains('second shop')",
        },
        {
            trigger: ".o_kanban_record:contains('S-APPROVE') button[name='action_approve']",
            run: "click",
        },
        { trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('S-APPROVE')))" },
    ],
});

registry.category("web_tour.tours").add("sales_approval_approve_form", {
    steps: () => [
        { trigger: ".o_kanban_record:contains('S-APPROVE') div", run: "click" },
        {
            content: "What the leader decided can be read before deciding",
            trigger: ".o_form_view .o_field_widget[name='decision_ids']:contains('Approved')",
        },
        { trigger: ".o_statusbar_buttons button[name='action_approve']", run: "click" },
        { trigger: ".o_form_view:not(:has(button[name='action_approve']))" },
    ],
});

registry.category("web_tour.tours").add("sales_approval_confirm", {
    steps: () => [
        { trigger: ".o_form_view:not(:has(div[name='approval_banner']))" },
        { trigger: ".o_statusbar_buttons button[name='action_confirm']", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Sales Order')" },
    ],
});

registry.category("web_tour.tours").add("sales_approval_reject", {
    steps: () => [
        {
            trigger: ".o_kanban_record:contains('S-APPROVE') button[name='action_open_reject']",
            run: "click",
        },
        {
            content: "A rejection without a reason is not possible",
            trigger: ".o_field_widget[name='reason'] textarea",
            run: "edit Too low",
        },
        { trigger: ".modal-footer button[name='action_reject']", run: "click" },
        { trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('S-APPROVE')))" },
    ],
});
