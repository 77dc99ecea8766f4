import { describe, expect, test } from "@odoo/hoot";
import { fromTsv, toTsv } from "@sales_planning/matrix/matrix_clipboard";

describe.current.tags("headless");

test("a block of a spreadsheet", () => {
    expect(fromTsv("1\t2\r\n3\t4\r\n")).toEqual([
        ["1", "2"],
        ["3", "4"],
    ]);
    expect(fromTsv("1\t\n\t4")).toEqual([
        ["1", ""],
        ["", "4"],
    ]);
    expect(fromTsv('"1,200"\t2')).toEqual([["1,200", "2"]]);
    expect(fromTsv("1\t2\n3")).toEqual([
        ["1", "2"],
        ["3", ""],
    ]);
    expect(fromTsv("7")).toEqual([["7"]]);
});

test("there and back", () => {
    const block = [
        ["1", "", "3.5"],
        ["", "2", ""],
    ];
    expect(fromTsv(toTsv(block))).toEqual(block);
});
