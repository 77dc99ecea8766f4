import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("sales_market_research", {
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
            trigger: "a[data-menu-xmlid='sales_system.sales_market_research_menu']",
            run: "click",
        },
        { trigger: ".o_kanban_view .o-kanban-button-new", run: "click" },
        {
            trigger: ".o_form_view .o_field_widget[name='title'] input",
            run: "edit Price of a tandem",
        },
        {
            trigger: ".o_field_widget[name='method'] input, .o_field_widget[name='method'] select",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Survey'), .o-dropdown-item:contains('Survey')",
            run: "click",
        },
        { trigger: "button[name='action_start']", run: "click" },
        {
            content: "The first day is filled in",
            trigger: "[name='state'] .o_arrow_button_current:contains('Running')",
        },
        { trigger: "button[name='action_done']", run: "click" },
        {
            content: "Without a conclusion it is not done",
            trigger: ".modal .modal-body:contains('has no conclusion')",
        },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_notebook .nav-link[name='conclusion']", run: "click" },
        {
            trigger: ".o_field_widget[name='conclusion'] .odoo-editor-editable",
            run: "editor Families pay 2,000",
        },
        { trigger: "button[name='action_done']", run: "click" },
        { trigger: "[name='state'] .o_arrow_button_current:contains('Done')" },
        {
            content: "What is done does not change any more",
            trigger: ".o_field_widget[name='title'].o_readonly_modifier:contains('Price of a tandem')",
        },
    ],
});
