import { inputFiles } from "@web/../tests/utils";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const FILE = new File(
    [
        "Order,Date,Customer,Quantity,Amount\n",
        "T1,2024-01-05,TOUR-C1,1,250.50\n",
        "T2,2024-01-06,TOUR-C1,2,100.00\n",
    ],
    "tour_sales.csv",
    { type: "text/csv" }
);

registry.category("web_tour.tours").add("sales_system_import", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='sales_system.sales_system_menu_reporting']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_system.sales_import_ledger_menu']",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Import Past Sales')" },
        { trigger: ".o_list_button_add", run: "click" },
        {
            content: "Choose the file",
            trigger: ".o_field_widget[name='file'] .o_select_file_button",
            run: async () => {
                await inputFiles(".o_field_widget[name='file'] input.o_input_file", [FILE]);
            },
        },
        {
            content: "Its columns are matched by their titles",
            trigger: ".o_field_widget[name='column_ids'] td:contains('Untaxed Amount')",
        },
        { trigger: "button[name='action_check']", run: "click" },
        {
            content: "The total can be compared with the file's",
            trigger: ".o_field_widget[name='amount_total']:contains('350.50')",
        },
        { trigger: "button[name='action_import']", run: "click" },
        { trigger: "button[name='action_open_result']", run: "click" },
        {
            content: "The rows stand in the ledger",
            trigger: ".o_list_view .o_data_row:contains('T2')",
        },
    ],
});
