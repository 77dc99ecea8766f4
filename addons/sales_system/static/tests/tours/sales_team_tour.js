import { registry } from "@web/core/registry";

// Everybody sees an order of their own: the list has loaded once it is there.
const OWN = ".o_data_row:contains('S-OWN')";
const TEAM = ".o_data_row:contains('S-TEAM')";

registry.category("web_tour.tours").add("sales_team_order_listed", {
    steps: () => [
        { trigger: OWN },
        { content: "An order of a team below is listed and opens", trigger: `${TEAM} td[name='name']`, run: "click" },
        { trigger: ".o_form_view .oe_title:contains('S-TEAM')" },
    ],
});

registry.category("web_tour.tours").add("sales_team_order_hidden", {
    steps: () => [
        { trigger: OWN },
        { content: "An order of a team of others is not", trigger: `.o_list_view:not(:has(${TEAM}))` },
    ],
});
