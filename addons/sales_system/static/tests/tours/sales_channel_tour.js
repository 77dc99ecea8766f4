import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const state = (name) => ({
    trigger: `.o_statusbar_status .o_arrow_button_current:contains('${name}')`,
});

const check = ".o_field_widget[name='check_ids'] .o_data_row:contains('Licence seen')";

registry.category("web_tour.tours").add("sales_channel_application", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        { trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']", run: "click" },
        { trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_channels']", run: "click" },
        { trigger: "a[data-menu-xmlid='sales_system.sales_channel_application_menu']", run: "click" },
        { trigger: ".o_kanban_record:contains('South Wheels')", run: "click" },
        { trigger: "button[name='action_review']", run: "click" },
        state("In Review"),
        {
            content: "Nobody is accepted while a required check is open",
            trigger: ".o_form_view:not(:has(button[name='action_open_accept']:visible))",
        },
        { trigger: `${check} td[name='name']`, run: "click" },
        { trigger: ".o_selected_row [name='is_done'] input", run: "click" },
        { trigger: ".o_selected_row [name='is_done'] input:checked" },
        ...stepUtils.saveForm(),
        { trigger: "button[name='action_open_accept']", run: "click" },
        {
            content: "The dialog says what will be created",
            trigger: ".modal div[name='summary'] li:contains('send an invitation'):visible",
        },
        {
            trigger: ".modal .o_field_widget[name='invite_email'] input",
            run: "edit mei@south-wheels.example",
        },
        { trigger: ".modal button[name='action_accept']", run: "click" },
        state("On Trial"),
        { trigger: "button[name='action_open_contract']" },
        { trigger: "button[name='action_open_authorization']" },
        { trigger: "button[name='action_open_partner']", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='name']:has(textarea, input), .o_form_view h1" },
        { trigger: ".o_notebook .nav-link[name='channel']", run: "click" },
        { trigger: ".o_field_widget[name='channel_state']:contains('Trial')" },
    ],
});

registry.category("web_tour.tours").add("sales_deal_register", {
    steps: () => [
        { trigger: "a[href='/my/deals']:contains('Deal Registrations')", run: "click", expectUnloadPage: true },
        { trigger: "a[name='deal_new']", run: "click", expectUnloadPage: true },
        { trigger: "input[name='customer_name']", run: "edit Lakeside Sports Co., Ltd." },
        { trigger: "input[name='expected_amount']", run: "edit 50000" },
        { trigger: "button[name='deal_submit']", run: "click", expectUnloadPage: true },
        {
            content: "A sentence stands next to what is missing, and what was typed is kept",
            trigger: "input[name='customer_tax_id'].is-invalid + .invalid-feedback:contains('we recognise it')",
        },
        { trigger: "input[name='customer_name']:value('Lakeside Sports Co., Ltd.')" },
        { trigger: "input[name='customer_tax_id']", run: "edit 91310000MA1LAKE01X" },
        {
            trigger: "input[name='expected_date']",
            run() {
                this.anchor.value = "2099-09-01";
            },
        },
        { trigger: "button[name='deal_submit']", run: "click", expectUnloadPage: true },
        { trigger: ".alert-success:contains('We check your registration')" },
        { trigger: ".badge:contains('Being checked')" },
    ],
});

registry.category("web_tour.tours").add("sales_deal_decide", {
    steps: () => [
        { trigger: ".o_field_widget[name='customer_name']:contains('Lakeside'), .o_field_widget[name='customer_name'] input" },
        { trigger: "button[name='action_approve']", run: "click" },
        state("Approved"),
        { trigger: ".ribbon:contains('Protected')" },
        { trigger: "button[name='action_convert']", run: "click" },
        { trigger: ".o_field_widget[name='channel_partner_id'] input:value('East Wheels')" },
    ],
});
