import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor, hexToRGBA } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A target's periods in one picture: actuals as bars, targets as a line, last year dotted.
 * The graph view draws one kind of mark at a time, and a comparison needs three.
 */
export class TargetPeriodChart extends Component {
    static template = "sales_planning.TargetPeriodChart";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (canvas, figures) => {
                const chart = canvas && figures && new Chart(canvas, this.configuration);
                return () => chart && chart.destroy();
            },
            () => [this.canvas.el, this.figures]
        );
    }

    get figures() {
        return this.props.record.data[this.props.name];
    }

    get configuration() {
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#374151", "#E4E4E4");
        const grid = getCustomColor(scheme, "#E5E7EB", "#3C3E4B");
        const figure = (value) => formatFloat(value, { humanReadable: true, decimals: 1 });
        return {
            data: { labels: this.figures.labels, datasets: this.getDatasets(scheme) },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { labels: { color: text, usePointStyle: true } },
                    tooltip: {
                        callbacks: {
                            label: ({ dataset, raw }) => `${dataset.label}: ${formatFloat(raw)}`,
                        },
                    },
                },
                scales: {
                    x: { ticks: { color: text }, grid: { display: false } },
                    y: { beginAtZero: true, ticks: { color: text, callback: figure }, grid: { color: grid } },
                },
            },
        };
    }

    getDatasets(scheme) {
        const line = { type: "line", fill: false, tension: 0, pointRadius: 2, borderWidth: 2 };
        const actual = getColor(0, scheme, "odoo");
        const target = getCustomColor(scheme, "#111827", "#F9FAFB");
        const lastYear = getCustomColor(scheme, "#6B7280", "#9CA3AF");
        return [
            { ...line, label: _t("Target"), data: this.figures.target, borderColor: target, backgroundColor: target, pointStyle: "line" },
            {
                ...line,
                label: _t("Last Year"),
                data: this.figures.last_year,
                borderColor: lastYear,
                backgroundColor: lastYear,
                borderDash: [4, 4],
                pointStyle: "line",
            },
            {
                type: "bar",
                label: _t("Actual"),
                data: this.figures.actual,
                backgroundColor: hexToRGBA(actual, 0.75),
                pointStyle: "rect",
            },
        ];
    }
}

registry.category("fields").add("sales_target_period_chart", {
    component: TargetPeriodChart,
    displayName: _t("Periods of a target as a chart"),
    supportedTypes: ["json"],
});
