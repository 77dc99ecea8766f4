import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const choose = (field, name) => [
    { trigger: `.o_field_widget[name='${field}'] input`, run: `edit ${name}` },
    { trigger: `.o-autocomplete--dropdown-item > a:contains('${name}')`, run: "click" },
];

const cell = (label) => `.o_authorization_matrix_cell[aria-label^='${label}']`;

const openMenu = (menu) => [
    { trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_channels']", run: "click" },
    { trigger: `a[data-menu-xmlid='sales_system.${menu}']`, run: "click" },
];

registry.category("web_tour.tours").add("sales_channel_authorization", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        { trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']", run: "click" },
        ...openMenu("sales_channel_authorization_matrix_menu"),
        {
            content: "A free cell starts an authorization for it",
            trigger: cell("Tour East, Tour Bikes: free"),
            run: "click",
        },
        { trigger: ".o_field_widget[name='territory_ids'] .o_tag:contains('Tour East')" },
        { trigger: ".o_field_widget[name='categ_ids'] .o_tag:contains('Tour Bikes')" },
        ...choose("partner_id", "East Wheels"),
        { trigger: ".o_field_widget[name='is_exclusive'] input", run: "check" },
        { trigger: "button[name='action_activate']", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Active')" },
        {
            content: "Back in the matrix, the territory below is held as well",
            trigger: ".o_breadcrumb a:contains('Authorization Matrix'), .o_back_button",
            run: "click",
        },
        { trigger: cell("Tour East, Tour Bikes: East Wheels, exclusive") },
        {
            content: "Arrow keys move from cell to cell",
            trigger: cell("Tour East, Tour Bikes"),
            run({ anchor }) {
                anchor.focus();
                anchor.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true })
                );
            },
        },
        {
            trigger: `${cell("Tour Shanghai, Tour Bikes: East Wheels, exclusive")}:focus`,
            run: "click",
        },
        { trigger: ".o_form_view .o_field_widget[name='partner_id']:contains('East Wheels')" },
    ],
});
