import { describe, expect, test } from "@odoo/hoot";
import { attributionsOf } from "@sales_planning/marketing_effect/marketing_effect";

describe.current.tags("headless");

test("the ways of attribution that a domain names", () => {
    for (const [domain, attributions] of [
        [[], ["marked"]],
        [[["plan_id", "=", 1]], ["marked"]],
        [[["attribution", "=", "first"]], ["first"]],
        [[["attribution", "in", ["linear", "first"]]], ["first", "linear"]],
        [["|", ["attribution", "=", "marked"], ["attribution", "=", "linear"]], ["marked", "linear"]],
        [[["attribution", "!=", "marked"]], ["first", "linear"]],
        [[["attribution", "!=", false]], ["marked", "first", "linear"]],
    ]) {
        expect(attributionsOf(domain)).toEqual(attributions);
    }
});
