import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const check = (text) => [
    { trigger: ".modal .o_field_widget[name='text'] input", run: `edit ${text}` },
    { trigger: ".modal button[name='action_search']", run: "click" },
];
const row = ".modal .o_field_widget[name='line_ids'] .o_data_row";

registry.category("web_tour.tours").add("sales_conflict_check", {
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
            trigger: "a[data-menu-xmlid='sales_system.sales_conflict_check_menu']",
            run: "click",
        },
        ...check("Mountain Hikers"),
        {
            content: "Nobody works on them",
            trigger: ".modal .alert:contains('Nobody is known by that')",
        },
        ...check("13800138000"),
        {
            content: "Somebody else's customer: known, and whose, but not who",
            trigger: `${row}:contains('杭***'):contains('Team Shanghai'):not(:contains('湖滨')):not(:has(button[name='action_open']))`,
        },
        ...check("Own Boats Ltd"),
        {
            content: "One's own opens",
            trigger: `${row}:contains('Own Boats') button[name='action_open']`,
            run: "click",
        },
        { trigger: ".o_form_view .o_last_breadcrumb_item:contains('Own Boats')" },
    ],
});
