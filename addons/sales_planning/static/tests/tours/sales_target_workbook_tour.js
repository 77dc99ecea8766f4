import { inputFiles } from "@web/../tests/utils";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Fetch what the browser would download, or fail the tour. */
async function download(url) {
    const response = await fetch(url);
    if (!response.ok || response.headers.get("Content-Type") !== XLSX) {
        throw new Error(`${url} is no workbook: ${response.status}`);
    }
    return response.blob();
}

registry.category("web_tour.tours").add("sales_planning_workbook", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='sales_system.sales_system_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='sales_planning.sales_planning_menu']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='sales_planning.sales_target_plan_menu']",
            run: "click",
        },
        { trigger: ".o_data_row td:contains('Workbook Plan')", run: "click" },
        { trigger: "button[name='action_open_export']", run: "click" },
        {
            content: "Which number is to be exported can be chosen",
            trigger: ".modal .o_field_radio[name='value'] label:contains('Stretch')",
        },
        {
            content: "The download leads to the workbook of the plan",
            trigger: ".modal button[name='action_export']",
            run: async () => {
                const plan = location.pathname.split("/").pop();
                await download(`/sales_planning/plan/${plan}.xlsx?value=assigned`);
            },
        },
        { trigger: ".modal button[special='cancel'], .modal button.btn-secondary", run: "click" },
        { trigger: "body:not(:has(.modal)) button[name='action_open_workbook_import']", run: "click" },
        { trigger: ".o_field_widget[name='plan_id'] input:value('Workbook Plan')" },
        {
            content: "Choose the file that was edited",
            trigger: ".o_field_widget[name='file'] .o_select_file_button",
            run: async () => {
                const name = "tour_targets.xlsx";
                const [edited] = await (
                    await fetch("/web/dataset/call_kw/ir.attachment/search_read", {
                        method: "POST",
                        headers: { "Content-Type": "application/json" },
                        body: JSON.stringify({
                            jsonrpc: "2.0",
                            params: {
                                model: "ir.attachment",
                                method: "search_read",
                                args: [[["name", "=", name]], ["id"]],
                                kwargs: { limit: 1 },
                            },
                        }),
                    })
                )
                    .json()
                    .then((answer) => answer.result);
                const content = await download(`/web/content/${edited.id}`);
                await inputFiles(".o_field_widget[name='file'] input.o_input_file", [
                    new File([content], name, { type: XLSX }),
                ]);
            },
        },
        { trigger: "button[name='action_check']:contains('Check')", run: "click" },
        {
            content: "Every difference is shown before anything changes",
            trigger:
                ".o_field_widget[name='difference_ids'] .o_data_row:contains('100.00'):contains('150.00')",
        },
        { trigger: "button[name='action_apply']", run: "click" },
        { trigger: "button[name='action_open_targets']", run: "click" },
        {
            content: "The targets hold the new number",
            trigger: ".o_list_view .o_data_row:contains('150.00')",
        },
    ],
});
