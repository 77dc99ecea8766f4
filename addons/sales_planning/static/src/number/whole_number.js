/**
 * A plan counts money or pieces. The decimals of an amount come from its currency: one that has
 * none, and no fraction, is a number of pieces, and reads 130 and not 130.00.
 */
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { formatMonetary } from "@web/views/fields/formatters";
import { MonetaryField } from "@web/views/fields/monetary/monetary_field";

const WHOLE = [16, 0];

/** Whether there is no currency; not whether the view has just not loaded it. */
function isWithoutCurrency({ currencyId, currencyField, data, field }) {
    const name = currencyField || field?.currency_field || "currency_id";
    return !currencyId && (!data || (name in data && !data[name]));
}

/** Odoo's formatter of amounts, as lists, pivots and their sums use it. */
export function formatAmountOrPieces(value, options = {}) {
    const pieces = !options.digits && Number.isInteger(value) && isWithoutCurrency(options);
    return formatMonetary(value, pieces ? { ...options, digits: WHOLE } : options);
}
formatAmountOrPieces.extractOptions = formatMonetary.extractOptions;

registry.category("formatters").add("monetary", formatAmountOrPieces, { force: true });

patch(MonetaryField.prototype, {
    get currencyDigits() {
        const { props, value } = this;
        const options = {
            currencyField: props.currencyField,
            data: props.record.data,
            field: props.record.fields[props.name],
        };
        const pieces = Number.isInteger(value) && isWithoutCurrency(options);
        return super.currencyDigits || (pieces ? WHOLE : null);
    },
});
