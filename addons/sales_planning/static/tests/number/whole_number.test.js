import { describe, expect, test } from "@odoo/hoot";
import { localization } from "@web/core/l10n/localization";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { formatAmountOrPieces } from "@sales_planning/number/whole_number";

describe.current.tags("headless");

const WITHOUT_CURRENCY = { data: { currency_id: false } };

test("an amount without a currency is a number of pieces", () => {
    patchWithCleanup(localization, { decimalPoint: ".", thousandsSep: ",", grouping: [3, 0] });
    for (const [value, options, text] of [
        [130, WITHOUT_CURRENCY, "130"],
        [1234567, WITHOUT_CURRENCY, "1,234,567"],
        [0, WITHOUT_CURRENCY, "0"],
        [-5, WITHOUT_CURRENCY, "-5"],
        [12.5, WITHOUT_CURRENCY, "12.50"],
        [false, WITHOUT_CURRENCY, ""],
        [130, {}, "130"],
        [130, { data: { other_id: false }, field: { currency_field: "other_id" } }, "130"],
        [130, { digits: [16, 1] }, "130.0"],
        // The view has not loaded the currency: that there is one cannot be told.
        [130, { data: {} }, "130.00"],
        [130, { currencyId: 999999 }, "130.00"],
    ]) {
        expect(formatAmountOrPieces(value, options)).toBe(text);
    }
});
