import { Deferred, describe, expect, microTick, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { RPCError } from "@web/core/network/rpc";
import { MatrixModel } from "@sales_planning/matrix/matrix_model";
import { TOTAL } from "@sales_planning/matrix/matrix_state";

describe.current.tags("headless");

/** Two parts × two periods; the server's answers are given by hand. */
function matrixOf(amounts, columns) {
    let id = 0;
    return {
        target: { id: 7, name: "East", path: [], can_assign: true },
        plan: { digits: 2 },
        value: "assigned",
        can_edit: true,
        columns: columns.map((total, column) => ({
            id: 100 + column,
            name: `M${column}`,
            total,
            open: true,
        })),
        rows: amounts.map((row, index) => ({
            id: index + 1,
            name: `P${index}`,
            cells: row.map((amount) => ({ id: ++id, amount, pinned: false })),
        })),
    };
}

async function open(amounts, columns) {
    allowTranslations();
    const requests = [];
    const stored = { amounts, columns };
    const orm = {
        call(model, method, args, kwargs) {
            if (method === "get_matrix") {
                return Promise.resolve(matrixOf(stored.amounts, stored.columns));
            }
            const answer = new Deferred();
            requests.push({ method, kwargs, answer });
            return answer;
        },
    };
    const model = new MatrixModel(orm);
    await model.load(7);
    return { model, requests, stored };
}

const EVEN = [
    ["10.00", "10.00"],
    ["20.00", "20.00"],
];

test("the first total holds from then on, so that it can be split anew", async () => {
    const { model, requests } = await open([[null, null]], [null, null]);
    expect(model.state.keep).toEqual({ rows: false, columns: false, total: false });
    model.type([{ row: model.ownRow, column: TOTAL, amount: "50.00" }]);
    requests[0].answer.resolve({ amounts: [["25.00", "25.00"]], columns: ["25.00", "25.00"] });
    await model.balancing;
    expect(model.state.keep).toEqual({ rows: false, columns: false, total: true });
    model.setOption("method", "last_year");
    model.rebalance();
    expect(requests[1].kwargs.state).toMatchObject({ method: "last_year", total: "50.00" });
    requests[1].answer.resolve({ amounts: [["20.00", "30.00"]], columns: ["20.00", "30.00"] });
    await model.balancing;
    expect(model.amountAt(model.ownRow, 0)).toBe("20.00");
});

test("the first number of a period holds from then on", async () => {
    const { model, requests } = await open([[null, null]], [null, null]);
    model.type([{ row: model.ownRow, column: 0, amount: "5.00" }]);
    expect(requests[0].kwargs.state).toMatchObject({ fix_columns: true, columns: ["5.00", null] });
    expect(model.state.keep).toEqual({ rows: false, columns: true, total: true });
});

test("where nothing is kept, the whole is split anew", async () => {
    const { model, requests } = await open(EVEN, ["30.00", "30.00"]);
    model.toggleKeep("columns");
    model.toggleKeep("total");
    model.rebalance();
    expect(requests[0].kwargs.state).toMatchObject({ fix_columns: false, total: "60.00" });
});

test("work begins with the first open period", async () => {
    const { model } = await open([["1.00", "1.00", "1.00"]], ["1.00", "1.00", "1.00"]);
    expect(model.firstOpen).toBe(0);
    const [january, february, march] = model.matrix.columns;
    january.open = february.open = false;
    expect(model.firstOpen).toBe(2);
    march.open = false;
    expect(model.firstOpen).toBe(0);
});

test("typing pins the cell and shows it at once, the answer balances the rest", async () => {
    const { model, requests } = await open(EVEN, ["30.00", "30.00"]);
    model.type([{ row: 0, column: 0, amount: "15.00" }]);
    expect(model.amountAt(0, 0)).toBe("15.00");
    expect(model.isPinned(0, 0)).toBe(true);
    expect(model.unassignedAt(0)).toBe("-5.00");
    const { state } = requests[0].kwargs;
    expect(state.fix_columns).toBe(true);
    expect(state.edits).toEqual([[0, 0, "15.00"]]);
    // Shares and totals of rows are those before the edit.
    expect(state.rows[0].amounts).toEqual(["10.00", "10.00"]);
    requests[0].answer.resolve({
        amounts: [
            ["15.00", "10.00"],
            ["15.00", "20.00"],
        ],
        columns: ["30.00", "30.00"],
    });
    await model.balancing;
    expect(model.amountAt(1, 0)).toBe("15.00");
    expect(model.hasRemainder).toBe(false);
    expect(model.changes).toEqual([
        { id: 1, before: "10.00", after: "15.00", pinned: true },
        { id: 3, before: "20.00", after: "15.00", pinned: false },
    ]);
});

test("only the answer to the last question counts", async () => {
    const { model, requests } = await open(EVEN, ["30.00", "30.00"]);
    model.type([{ row: 0, column: 0, amount: "15.00" }]);
    model.type([{ row: 0, column: 1, amount: "12.00" }]);
    expect(requests.length).toBe(1);
    requests[0].answer.resolve({ amounts: [["1.00", "1.00"], ["1.00", "1.00"]], columns: [] });
    await microTick();
    await microTick();
    expect(model.amountAt(1, 0)).toBe("20.00");
    expect(requests.length).toBe(2);
    expect(requests[1].kwargs.state.edits).toEqual([
        [0, 0, "15.00"],
        [0, 1, "12.00"],
    ]);
    requests[1].answer.resolve({
        amounts: [
            ["15.00", "12.00"],
            ["15.00", "18.00"],
        ],
        columns: ["30.00", "30.00"],
    });
    await model.balancing;
    expect(model.amountAt(1, 1)).toBe("18.00");
});

test("what is refused stays, in red, until it is mended or undone", async () => {
    const { model, requests } = await open(EVEN, ["30.00", "30.00"]);
    model.type([{ row: 0, column: 0, amount: "99.00" }]);
    requests[0].answer.resolve({ error: { message: "Too much.", cells: [[0, 0]] } });
    await model.balancing;
    expect(model.isRefused(0, 0)).toBe(true);
    expect(model.amountAt(0, 0)).toBe("99.00");
    expect(model.amountAt(1, 0)).toBe("20.00");
    expect(await model.save()).toBe(false);
    expect(requests.length).toBe(1);
    model.undo();
    expect(model.state.error).toBe(null);
    expect(model.isDirty).toBe(false);
    model.redo();
    expect(model.isRefused(0, 0)).toBe(true);
});

test("undo while the server is still at it", async () => {
    const { model, requests } = await open(EVEN, ["30.00", "30.00"]);
    model.type([{ row: 0, column: 0, amount: "15.00" }]);
    model.undo();
    requests[0].answer.resolve({ amounts: [["1.00", "1.00"], ["1.00", "1.00"]], columns: [] });
    await model.balancing;
    expect(model.amountAt(0, 0)).toBe("10.00");
    expect(model.isPinned(0, 0)).toBe(false);
    expect(requests.length).toBe(1);
});

test("where nothing holds, the target follows its parts without a question", async () => {
    const { model, requests } = await open(
        [
            [null, null],
            [null, null],
        ],
        [null, null]
    );
    model.type([{ row: 0, column: 0, amount: "5.10" }]);
    model.type([{ row: 1, column: 0, amount: "0.20" }]);
    expect(requests.length).toBe(0);
    expect(model.amountAt(model.ownRow, 0)).toBe("5.30");
    expect(model.amountAt(model.ownRow, TOTAL)).toBe("5.30");
    expect(model.amountAt(model.ownRow, 1)).toBe(null);
});

test("typing the total of a row fixes it, typing the grand total scales all", async () => {
    const { model, requests } = await open(EVEN, ["30.00", "30.00"]);
    model.type([{ row: 0, column: TOTAL, amount: "24.00" }]);
    expect(model.isLocked(0)).toBe(true);
    expect(requests[0].kwargs.state.rows.map((row) => row.total)).toEqual(["24.00", null]);
    requests[0].answer.resolve({
        amounts: [
            ["12.00", "12.00"],
            ["18.00", "18.00"],
        ],
        columns: ["30.00", "30.00"],
    });
    await model.balancing;
    model.toggleLock(0);
    model.type([{ row: model.ownRow, column: TOTAL, amount: "120.00" }]);
    const { state } = requests[1].kwargs;
    expect([state.total, state.fix_columns, state.fix_rows]).toEqual(["120.00", false, false]);
    requests[1].answer.resolve({
        amounts: [
            ["24.00", "24.00"],
            ["36.00", "36.00"],
        ],
        columns: ["60.00", "60.00"],
    });
    await model.balancing;
    expect(model.amountAt(model.ownRow, 0)).toBe("60.00");
    expect(model.state.keep.columns).toBe(true);
    expect(model.changes.filter(({ id }) => id >= 100)).toEqual([
        { id: 100, before: "30.00", after: "60.00" },
        { id: 101, before: "30.00", after: "60.00" },
    ]);
});

test("somebody else was faster: load anew, and mine once more on top of it", async () => {
    const { model, requests, stored } = await open(EVEN, ["30.00", "30.00"]);
    model.type([{ row: 0, column: 0, amount: "15.00" }]);
    requests[0].answer.resolve({
        amounts: [
            ["15.00", "10.00"],
            ["15.00", "20.00"],
        ],
        columns: ["30.00", "30.00"],
    });
    await model.balancing;
    const saving = model.save();
    await microTick();
    expect(requests[1].method).toBe("save_matrix");
    const refusal = new RPCError();
    refusal.exceptionName = "odoo.exceptions.UserError";
    refusal.data = { message: "Li Na changed P1 · M1." };
    requests[1].answer.reject(refusal);
    expect(await saving).toBe(false);
    expect(model.notice).toEqual({ message: "Li Na changed P1 · M1.", conflict: true });
    expect(model.amountAt(0, 0)).toBe("15.00");
    stored.amounts = [
        ["10.00", "12.00"],
        ["20.00", "18.00"],
    ];
    const reloading = model.reloadKeeping();
    await microTick();
    await microTick();
    expect(model.amountAt(0, 0)).toBe("15.00");
    expect(model.amountAt(0, 1)).toBe("12.00");
    expect(model.isPinned(0, 0)).toBe(true);
    const { state } = requests[2].kwargs;
    expect(state.rows[0]).toEqual({
        id: 1,
        amounts: ["15.00", "12.00"],
        pins: [true, false],
        total: null,
    });
    requests[2].answer.resolve({
        amounts: [
            ["15.00", "12.00"],
            ["15.00", "18.00"],
        ],
        columns: ["30.00", "30.00"],
    });
    await reloading;
    await model.balancing;
    expect(model.changes.map(({ id, before, after }) => [id, before, after])).toEqual([
        [1, "10.00", "15.00"],
        [3, "20.00", "15.00"],
    ]);
});
