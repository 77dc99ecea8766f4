import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

function openMenu(xmlid) {
    return [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='sales_planning.sales_planning_menu']",
            run: "click",
        },
        { trigger: `a[data-menu-xmlid='${xmlid}']`, run: "click" },
    ];
}

registry.category("web_tour.tours").add("sales_planning_propose", {
    steps: () => [
        ...openMenu("sales_planning.sales_target_proposal_menu_mine"),
        {
            content: "The leader's numbers are the beginning",
            trigger: ".o_list_view button[name='action_take_over']",
            run: "click",
        },
        {
            trigger: ".o_data_row:first .o_data_cell[name='proposed']:contains('100.00')",
            run: "click",
        },
        { trigger: ".o_selected_row [name='proposed'] input", run: "edit 80" },
        { trigger: ".o_selected_row [name='reason'] input", run: "edit Spring Festival" },
        { trigger: ".o_list_button_save", run: "click" },
        { trigger: ".o_data_row:first .o_data_cell[name='difference']:contains('-20.00')" },
        {
            trigger: ".o_group_header button[name='action_submit_proposal']",
            run: "click",
        },
        {
            content: "What is handed in stands",
            trigger: ".o_data_row:first .o_data_cell[name='proposal_state']:contains('Submitted')",
        },
    ],
});

registry.category("web_tour.tours").add("sales_planning_accept", {
    steps: () => [
        ...openMenu("sales_planning.sales_target_proposal_menu"),
        {
            trigger: ".o_group_header:contains('li.na') button[name='action_open_changes']",
        },
        {
            trigger: ".o_group_header:contains('li.na') button[name='action_accept_proposal']",
            run: "click",
        },
        {
            content: "Nothing is left to decide",
            trigger: ".o_list_view:not(:has(.o_data_row)) .o_view_nocontent",
        },
    ],
});

registry.category("web_tour.tours").add("sales_planning_approve", {
    steps: () => [
        {
            trigger: "div[name='approval_banner']:contains('Plan total')",
        },
        {
            trigger: "div[name='approval_banner'] button[name='action_request_approval']",
            run: "click",
        },
        { trigger: "div[name='approval_banner']:contains('Waits for approval')" },
    ],
});

registry.category("web_tour.tours").add("sales_planning_approved", {
    steps: () => [
        { trigger: ".o_statusbar_buttons button[name='action_approve']", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Approved')" },
        { trigger: ".o_statusbar_buttons button[name='action_open_revise']", run: "click" },
        { trigger: ".modal [name='percent'] input", run: "edit 10" },
        { trigger: ".modal [name='reason'] textarea", run: "edit The market grows" },
        { trigger: ".modal-footer button[name='action_confirm']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_button_more", run: "click" },
        { trigger: "button[name='action_open_revisions']", run: "click" },
        { trigger: ".o_data_row:contains('The market grows') button[name='action_open_changes']", run: "click" },
        { trigger: ".o_data_row:contains('Revised'):contains('The market grows')" },
    ],
});
