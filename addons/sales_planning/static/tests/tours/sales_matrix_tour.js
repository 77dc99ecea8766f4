import { registry } from "@web/core/registry";

// Rows and columns count from 0; the row after the last is the target's own.
const cell = (row, column, text) =>
    `#o_matrix_${row}_${column}` + (text === undefined ? "" : `:contains(${text})`);
const input = ".o_matrix_input";
const UNASSIGNED = ".o_matrix_summary_unassigned:not(.text-danger):contains(/^0.00$/)";

const openMatrix = [
    {
        content: "From the plan to its matrix",
        trigger: "button[name='action_open_matrix']",
        run: "click",
    },
    { trigger: ".o_breadcrumb:contains('Whole company')" },
];

function type(row, column, text) {
    return [
        { trigger: cell(row, column), run: "dblclick" },
        { trigger: `${cell(row, column)} ${input}`, run: `edit ${text} && press Enter` },
    ];
}

function paste(text) {
    return {
        content: "Paste a block that was copied in a spreadsheet",
        trigger: ".o_matrix_grid",
        run({ anchor }) {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            anchor.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })
            );
        },
    };
}

registry.category("web_tour.tours").add("sales_planning_matrix", {
    steps: () => [
        ...openMatrix,
        ...type(0, 0, "160"),
        { content: "What was typed is pinned", trigger: `${cell(0, 0, "160.00")} .fa-thumb-tack` },
        { content: "The rest made room at once", trigger: cell(1, 0, "140.00") },
        { trigger: UNASSIGNED },
        { content: "Pin another number", trigger: cell(1, 1), run: "click" },
        {
            trigger: `${cell(1, 1)} .o_matrix_switch`,
            run: "click",
        },
        { trigger: `${cell(1, 1)} .o_matrix_switch:not(.opacity-25)` },
        { content: "Two steps back", trigger: ".o_matrix_undo", run: "click" },
        { trigger: `${cell(1, 1)} .o_matrix_switch.opacity-25` },
        { trigger: ".o_matrix_undo", run: "click" },
        { trigger: cell(0, 0, "100.00") },
        { trigger: ".o_matrix_save[disabled]" },
        { content: "And one forward", trigger: ".o_matrix_redo", run: "click" },
        { trigger: cell(1, 0, "140.00") },
        { trigger: cell(0, 2), run: "click" },
        paste("110\t120,000.50%"),
        { trigger: ".o_matrix_notice:contains('is not a number')" },
        paste("110\t120.50\r\n"),
        { trigger: cell(0, 3, "120.50") },
        { content: "Both months were balanced", trigger: cell(1, 2, "190.00") },
        { trigger: cell(1, 3, "179.50") },
        { trigger: UNASSIGNED },
        { trigger: ".o_matrix_save", run: "click" },
        { trigger: ".o_notification:contains('Saved')" },
        { trigger: ".o_matrix_save[disabled]" },
        { content: "Into a part of it", trigger: ".o_matrix_name button:contains('Tour East')", run: "click" },
        { trigger: ".o_view_nocontent:contains('no parts yet')" },
        { content: "And back up", trigger: ".o_matrix_above", run: "click" },
        { content: "What was saved is there", trigger: cell(0, 3, "120.50") },
        { trigger: `${cell(0, 3)} .fa-thumb-tack` },
        { trigger: cell(1, 0, "140.00") },
    ],
});

registry.category("web_tour.tours").add("sales_planning_matrix_refusals", {
    steps: () => [
        ...openMatrix,
        ...type(0, 0, "1000"),
        {
            content: "More than the month's total: one sentence, and the number stays to be mended",
            trigger: ".o_matrix_error:contains('Tour East')",
        },
        { trigger: `${cell(0, 0, "1,000.00")}.o_matrix_refused` },
        { content: "Nothing else changed", trigger: cell(1, 0, "200.00") },
        { trigger: ".o_matrix_save", run: "click" },
        { trigger: ".o_matrix_notice:contains('Mend')" },
        ...type(0, 0, "250"),
        { content: "Mended", trigger: cell(1, 0, "50.00") },
        { trigger: ".o_sales_matrix:not(:has(.o_matrix_error))" },
        { trigger: cell(0, 1), run: "dblclick" },
        { trigger: `${cell(0, 1)} ${input}`, run: "edit ten && press Enter" },
        { trigger: ".o_matrix_notice:contains('“ten” is not a number')" },
        { trigger: `${cell(0, 1)} ${input}`, run: "press Escape" },
        ...type(0, -1, "24000"),
        {
            content: "A row cannot be fixed at more than the target",
            trigger: ".o_matrix_error:contains('Tour East')",
        },
        { trigger: ".o_matrix_undo", run: "click" },
        {
            content: "Leaving with unsaved numbers asks",
            trigger: ".o_back_button",
            run: "click",
        },
        { trigger: ".modal:contains('not saved') button:contains('Stay')", run: "click" },
        { trigger: cell(1, 0, "50.00") },
        { trigger: ".o_back_button", run: "click" },
        { trigger: ".modal button:contains('Discard them')", run: "click" },
        { trigger: ".o_form_view" },
        { trigger: "button[name='action_open_matrix']", run: "click" },
        { trigger: cell(0, 0, "100.00") },
    ],
});
