import { registry } from "@web/core/registry";
import { redirect } from "@web/core/utils/urls";
import { stepUtils } from "@web_tour/tour_utils";

const choose = (field, name) => [
    {
        trigger: `.o_field_widget[name='${field}'] input`,
        run: `edit ${name}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item > a:contains('${name}')`,
        run: "click",
    },
];

const openContracts = () => [
    stepUtils.showAppsMenuItem(),
    { trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']", run: "click" },
    { trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_orders']", run: "click" },
    { trigger: "a[data-menu-xmlid='sales_system.sales_contract_menu']", run: "click" },
];

const state = (name) => ({
    trigger: `.o_statusbar_status .o_arrow_button_current:contains('${name}')`,
});

registry.category("web_tour.tours").add("sales_contract_draft", {
    steps: () => [
        ...openContracts(),
        { trigger: ".o_breadcrumb .active:contains('Contracts')" },
        { trigger: ".o_list_button_add, .o-kanban-button-new", run: "click" },
        ...choose("partner_id", "Acme Bikes"),
        {
            trigger: ".o_field_widget[name='title'] input",
            run: "edit Touring bikes",
        },
        {
            trigger: ".o_field_widget[name='line_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...choose("product_id", "Road Bike"),
        {
            trigger: ".o_selected_row .o_field_widget[name='max_quantity'] input",
            run: "edit 20",
        },
        { trigger: ".o_notebook .nav-link[name='milestones']", run: "click" },
        {
            trigger: ".o_field_widget[name='milestone_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='name'] input",
            run: "edit Deposit",
        },
        {
            content: "Due at the end of the year that the contract runs for",
            trigger: ".o_selected_row .o_field_widget[name='date_due'] button, .o_selected_row .o_field_widget[name='date_due'] input",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='date_due'] input",
            run: "edit +30d",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='percent'] input",
            run: "edit 25",
        },
        { trigger: ".o_notebook .nav-link[name='clauses']", run: "click" },
        ...choose("template_id", "Dealers"),
        ...stepUtils.saveForm(),
        {
            content: "The clauses of the template stand in the contract, counted",
            trigger:
                ".o_field_widget[name='article_ids'] .o_data_row:contains('Article 1'):contains('Payment')",
        },
        {
            content: "What the text asks for and nobody has entered is named",
            trigger: "div[name='document_blanks']:contains('Tax ID')",
        },
        { trigger: "button[name='action_submit']", run: "click" },
        { trigger: "div[name='approval_banner']:contains('Waits for approval')" },
        state("In Review"),
    ],
});

registry.category("web_tour.tours").add("sales_contract_approve", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        { trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']", run: "click" },
        { trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_orders']", run: "click" },
        { trigger: "a[data-menu-xmlid='sales_system.sales_approval_request_menu']", run: "click" },
        {
            trigger:
                ".o_kanban_record:contains('Touring bikes') button[name='action_approve']",
            run: "click",
        },
        { trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('Touring bikes')))" },
    ],
});

registry.category("web_tour.tours").add("sales_contract_send", {
    steps: () => [
        state("Approved"),
        {
            content: "A blank in the text is confirmed before it goes out",
            trigger: "button[name='action_send']:visible",
            run: "click",
        },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        {
            content: "The message has the contract as a file",
            trigger: ".modal .o_mail_composer_form_view, .modal .o_form_view",
        },
        { trigger: ".modal-footer button[name='action_send_mail']", run: "click" },
        state("Sent"),
    ],
});

registry.category("web_tour.tours").add("sales_contract_portal_sign", {
    steps: () => [
        {
            content: "The customer finds the contract in the list",
            trigger: ".o_portal_my_doc_table tr:contains('Touring bikes') a",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "#contract_content:contains('Dealer Contract')" },
        { trigger: "a[name='contract_sign']", run: "click" },
        {
            trigger: ".modal .o_web_sign_name_and_signature input",
            run: "fill Ann Buyer",
        },
        { trigger: ".modal .o_web_sign_name_and_signature input:value(Ann Buyer)" },
        { trigger: ".modal canvas.o_web_sign_signature", run: "canvasNotEmpty" },
        {
            trigger: ".modal .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#contract_content .alert-success:contains('You have signed')",
        },
        {
            content: "The signature stands under the contract",
            trigger: "table[name='signatures']:contains('Ann Buyer')",
            run: () => redirect("/my"),
            expectUnloadPage: true,
        },
        { trigger: ".o_portal_my_home" },
    ],
});

registry.category("web_tour.tours").add("sales_contract_countersign", {
    steps: () => [
        { trigger: "div[name='signing']:contains('Signed by Customer')" },
        { trigger: "button[name='action_open_countersign']", run: "click" },
        { trigger: ".modal .o_field_widget[name='signature'] .o_signature", run: "click" },
        { trigger: ".modal canvas.o_web_sign_signature", run: "canvasNotEmpty" },
        { trigger: ".modal-footer button:contains('Adopt'):enabled", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='signature'] img.o_signature",
        },
        { trigger: ".modal-footer button[name='action_sign']", run: "click" },
        state("In Force"),
    ],
});

registry.category("web_tour.tours").add("sales_contract_call_off", {
    steps: () => [
        { trigger: "button[name='action_new_order']", run: "click" },
        {
            trigger: ".o_field_widget[name='order_line'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='product_template_id'] input, .o_selected_row .o_field_widget[name='product_id'] input",
            run: "edit Road Bike",
        },
        {
            trigger: ".o-autocomplete--dropdown-item > a:contains('Road Bike')",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='product_uom_qty'] input",
            run: "edit 5",
        },
        { trigger: ".o_statusbar_buttons button[name='action_confirm']", run: "click" },
        state("Sales Order"),
        { trigger: ".o_statusbar_buttons button:contains('Create Invoice')", run: "click" },
        { trigger: ".modal-footer button[name='create_invoices']", run: "click" },
        { trigger: ".o_statusbar_buttons button[name='action_post']", run: "click" },
        state("Posted"),
        {
            trigger: ".o_statusbar_buttons button[name='action_register_payment']",
            run: "click",
        },
        { trigger: ".modal-footer button[name='action_create_payments']", run: "click" },
        {
            content: "Nothing is left to pay",
            trigger: ".o_form_view:not(:has(button[name='action_register_payment'])) .ribbon span",
        },
    ],
});

registry.category("web_tour.tours").add("sales_contract_done", {
    steps: () => [
        { trigger: ".o_notebook .nav-link[name='milestones']", run: "click" },
        {
            content: "The deposit has been collected",
            trigger:
                ".o_field_widget[name='milestone_ids'] .o_data_row.text-success:contains('Deposit'):contains('5,000.00')",
        },
    ],
});
