import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** Shows what the closing stock should be while a channel partner types; the server checks again. */
export class SalesChannelReport extends Interaction {
    static selector = ".o_sales_channel_report";
    dynamicContent = {
        "tr[name='line'] input": { "t-on-input": (ev) => this.show(ev.target.closest("tr")) },
    };

    start() {
        this.el.querySelectorAll("tr[name='line']").forEach((row) => this.show(row));
    }

    show(row) {
        const closing = row.querySelector("[data-figure='closing']");
        if (!closing) {
            return;
        }
        const expected =
            this.read(row, "opening") + this.read(row, "in") - this.read(row, "out");
        const fits = Math.abs(expected - Number(closing.value)) < 0.000001 && expected >= 0;
        const cell = row.querySelector("[name='expected']");
        cell.textContent = String(Math.round(expected * 1000000) / 1000000);
        cell.classList.toggle("text-danger", !fits);
        closing.classList.toggle("is-invalid", !fits);
        const correction = row.querySelector("[name='correction']");
        if (correction) {
            const same = this.read(row, "in") === Number(correction.dataset.ledger);
            correction.classList.toggle("d-none", same);
        }
    }

    /** What is typed, or else shown, of a figure. */
    read(row, figure) {
        const input = row.querySelector(`[data-figure='${figure}']`);
        return Number(input ? input.value : row.dataset[figure]) || 0;
    }
}

registry.category("public.interactions").add("sales_system.channel_report", SalesChannelReport);
