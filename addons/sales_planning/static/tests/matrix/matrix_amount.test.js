import { describe, expect, test } from "@odoo/hoot";
import { localization } from "@web/core/l10n/localization";
import { allowTranslations, patchWithCleanup } from "@web/../tests/web_test_helpers";
import {
    formatAmount,
    parseAmount,
    subtractAmounts,
    sumAmounts,
    toAmount,
    toUnits,
    typedAmount,
} from "@sales_planning/matrix/matrix_amount";

describe.current.tags("headless");

const ENGLISH = { decimalPoint: ".", thousandsSep: ",", grouping: [3, 0] };
const GERMAN = { decimalPoint: ",", thousandsSep: ".", grouping: [3, 0] };
const FRENCH = { decimalPoint: ",", thousandsSep: "\u202f", grouping: [3, 0] };

function use(language) {
    patchWithCleanup(localization, language);
}

const amountOf = (text, digits = 2) => parseAmount(text, digits).amount;
const errorOf = (text, digits = 2) => parseAmount(text, digits).error;

test("numbers as one types them", () => {
    use(ENGLISH);
    for (const [text, amount] of [
        ["1234.5", "1234.50"],
        ["1,234.50", "1234.50"],
        ["1.234,50", "1234.50"],
        ["12,345,678", "12345678.00"],
        ["1 234.50", "1234.50"],
        ["¥1,234.00", "1234.00"],
        ["007", "7.00"],
        [".5", "0.50"],
        ["0", "0.00"],
        ["1.500", "1.50"],
        ["１２３。５", "123.50"],
        ["123456789012345678.99", "123456789012345678.99"],
    ]) {
        expect(amountOf(text)).toBe(amount, { message: text });
    }
});

test("an empty text and a dash are no number, which is not 0", () => {
    use(ENGLISH);
    expect(amountOf("")).toBe(null);
    expect(amountOf("  ")).toBe(null);
    expect(amountOf("-")).toBe(null);
    expect(amountOf(" –")).toBe(null);
});

test("suffixes of large numbers", () => {
    use(ENGLISH);
    expect(amountOf("12万")).toBe("120000.00");
    expect(amountOf("1.25万")).toBe("12500.00");
    expect(amountOf("1.2亿")).toBe("120000000.00");
    expect(amountOf("35k")).toBe("35000.00");
    expect(amountOf("1.5M", 0)).toBe("1500000");
});

test("the separators of other languages", () => {
    use(GERMAN);
    expect(amountOf("1.234")).toBe("1234.00");
    expect(amountOf("1.234,5")).toBe("1234.50");
    expect(amountOf("1,234.50")).toBe("1234.50");
    expect(amountOf("1234.50")).toBe("1234.50");
    expect(formatAmount("-1234567.80")).toBe("-1.234.567,80");
    use(FRENCH);
    expect(amountOf("1\u202f234,5")).toBe("1234.50");
    expect(amountOf("1\u00a0234,5")).toBe("1234.50");
});

test("what is no possible number is told, and never guessed", () => {
    allowTranslations();
    use(ENGLISH);
    expect(errorOf("abc")).toMatch("“abc” is not a number");
    expect(errorOf("12,50")).toMatch("not a number");
    expect(errorOf("1,2345")).toMatch("not a number");
    expect(errorOf("1.2.3")).toMatch("not a number");
    expect(errorOf("12%")).toMatch("not a number");
    expect(errorOf("-5")).toMatch("negative");
    expect(errorOf("(1,200)")).toMatch("negative");
    expect(errorOf("1.005")).toMatch("more than 2 decimals");
    expect(errorOf("1.5", 0)).toMatch("counts pieces");
    expect(errorOf("0.00001万", 0)).toMatch("counts pieces");
});

test("sums are exact", () => {
    expect(sumAmounts(["0.10", "0.20", null], 2)).toBe("0.30");
    expect(sumAmounts(["9007199254740993.01", "0.02"], 2)).toBe("9007199254740993.03");
    expect(sumAmounts([null, null], 2)).toBe(null);
    expect(sumAmounts(["3", "4"], 0)).toBe("7");
    expect(subtractAmounts("1.00", "1.05", 2)).toBe("-0.05");
    expect(subtractAmounts("1.00", null, 2)).toBe(null);
    expect(toAmount(toUnits("-0.05", 2), 2)).toBe("-0.05");
});

test("numbers as they are shown, and as they are typed", () => {
    use(ENGLISH);
    expect(formatAmount("1234567.50")).toBe("1,234,567.50");
    expect(formatAmount(null)).toBe("");
    expect(typedAmount("1234567.00")).toBe("1234567");
    expect(typedAmount("1234567.50")).toBe("1234567.50");
    expect(typedAmount(null)).toBe("");
});
