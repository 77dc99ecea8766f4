/**
 * Amounts of the matrix: texts of exact decimals ("310000.00"), or null where there is no
 * number. Sums are taken in whole units of the last decimal, as BigInt: never in floats.
 */
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { insertThousandsSep } from "@web/core/utils/numbers";

// How many zeros a suffix stands for: 12万 is 120000.
const ZEROS = { k: 3, m: 6, 千: 3, 万: 4, 萬: 4, 亿: 8, 億: 8 };
const NUMBER = /^([-(]?)([\d.,']*\d[\d.,']*)([km千万萬亿億]?)\)?$/i;
const NO_NUMBER = /^[-–—]?$/;

/**
 * @param {string|null} amount
 * @param {number} digits decimals of the plan
 * @returns {bigint}
 */
export function toUnits(amount, digits) {
    if (amount === null) {
        return 0n;
    }
    const [whole, fraction = ""] = amount.split(".");
    return BigInt(whole + fraction.padEnd(digits, "0"));
}

/**
 * @param {bigint} units
 * @param {number} digits
 * @returns {string}
 */
export function toAmount(units, digits) {
    const sign = units < 0n ? "-" : "";
    const text = (units < 0n ? -units : units).toString().padStart(digits + 1, "0");
    const whole = text.slice(0, text.length - digits);
    return sign + whole + (digits ? `.${text.slice(-digits)}` : "");
}

/**
 * @param {(string|null)[]} amounts
 * @param {number} digits
 * @returns {string|null} null where none of them is a number
 */
export function sumAmounts(amounts, digits) {
    const numbers = amounts.filter((amount) => amount !== null);
    if (!numbers.length) {
        return null;
    }
    return toAmount(
        numbers.reduce((sum, amount) => sum + toUnits(amount, digits), 0n),
        digits
    );
}

/**
 * @param {string|null} amount
 * @param {string|null} other
 * @param {number} digits
 * @returns {string|null} amount - other; null where one of them is no number
 */
export function subtractAmounts(amount, other, digits) {
    if (amount === null || other === null) {
        return null;
    }
    return toAmount(toUnits(amount, digits) - toUnits(other, digits), digits);
}

export function isZero(amount) {
    return /^-?[0.]*$/.test(amount);
}

/**
 * @param {string|null} amount
 * @returns {string} with the separators of the user's language
 */
export function formatAmount(amount) {
    if (amount === null) {
        return "";
    }
    const { decimalPoint, thousandsSep, grouping } = localization;
    const [whole, fraction] = amount.split(".");
    const text = insertThousandsSep(whole, thousandsSep, grouping);
    return fraction ? text + decimalPoint + fraction : text;
}

/**
 * @param {string|null} amount
 * @returns {string} as one would type it: no separators of thousands, no idle zeros
 */
export function typedAmount(amount) {
    if (amount === null) {
        return "";
    }
    const [whole, fraction = ""] = amount.split(".");
    return /[1-9]/.test(fraction) ? whole + localization.decimalPoint + fraction : whole;
}

/**
 * Read what somebody typed, or a cell copied from a spreadsheet.
 *
 * @param {string} text
 * @param {number} digits
 * @returns {{amount: string|null} | {error: string}} error: what is wrong, as a sentence
 */
export function parseAmount(text, digits) {
    // Full-width digits and non-breaking spaces become plain ones.
    const plain = text.normalize("NFKC").replaceAll("。", ".").replace(/[\s\p{Sc}元]/gu, "");
    if (NO_NUMBER.test(plain)) {
        return { amount: null };
    }
    const [, sign, number, suffix] = plain.match(NUMBER) || [];
    const parts = number && splitNumber(number);
    if (!parts) {
        return { error: _t("“%s” is not a number. Enter one, such as 1200.50.", text.trim()) };
    }
    if (sign) {
        return { error: _t("%s is negative. A target is 0 or more.", text.trim()) };
    }
    const [whole, fraction] = shift(parts, ZEROS[suffix.toLowerCase()] || 0);
    if (fraction.length > digits) {
        return {
            error: digits
                ? _t("%(number)s has more than %(digits)s decimals. Round it.", {
                      number: text.trim(),
                      digits,
                  })
                : _t("%s has decimals, and the plan counts pieces. Round it.", text.trim()),
        };
    }
    const decimals = fraction.padEnd(digits, "0");
    return { amount: BigInt(whole || "0").toString() + (digits ? `.${decimals}` : "") };
}

/** Whole part and decimals of a number in the user's notation, or in that of programs. */
function splitNumber(number) {
    const { decimalPoint, thousandsSep } = localization;
    const foreign = number.includes(",") && number.includes(".") ? [[",", "."]] : [];
    for (const [point, separator] of [[decimalPoint, thousandsSep], [".", ","], ...foreign]) {
        const parts = splitBy(number, point, separator);
        if (parts) {
            return parts;
        }
    }
}

function splitBy(number, point, separator) {
    const [whole, fraction = "", ...more] = number.split(point);
    const groups = separator ? whole.split(separator) : [whole];
    const grouped =
        groups.length === 1 ||
        (groups[0].length <= 3 && groups.slice(1).every((group) => group.length === 3));
    const parts = [groups.join(""), fraction];
    return !more.length && grouped && /^\d*$/.test(parts.join("")) && parts;
}

function shift([whole, fraction], zeros) {
    const moved = fraction.padEnd(zeros, "0");
    return [whole + moved.slice(0, zeros), moved.slice(zeros).replace(/0+$/, "")];
}
