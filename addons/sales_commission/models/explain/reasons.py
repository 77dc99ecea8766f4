from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT

# Why a ledger entry earns nothing: the first of these that fits.
EXCLUDED_REASON = [
    ("other_run", "Settled by Another Run"),
    ("unpaid_refund", "Takes Back What Was Never Paid"),
    ("threshold", "Below the Threshold"),
    ("no_target", "No Target"),
    ("no_base", "Nothing to Count"),
    ("capped", "Cap Reached"),
    ("no_rate", "Rate 0"),
    ("rounding", "Less Than One Cent"),
    ("others", "Others Earn by It"),
    ("not_calculated", "Not Calculated Yet"),
    ("no_salesperson", "No Salesperson"),
    ("no_plan", "No Approved Plan on Its Day"),
    ("step_booked", "Earns by Its Order"),
    ("step_invoiced", "Earns by Its Invoice"),
    ("step_collected", "Earns by Its Payment"),
    ("not_assigned", "Payee Not Assigned"),
    ("no_payee", "Nobody to Pay"),
    ("no_match", "No Rule Matches"),
]
# The steps of a sale at which a rule may pay, and so the reasons of the other two.
STEPS = tuple(event for event, _label in LEDGER_EVENT)
# Conditions of a rule that a sale may not meet, in the order in which they are looked at.
RULE_CONDITION = [
    ("user_id", "Salesperson"),
    ("team_id", "Sales Team"),
    ("territory_id", "Territory"),
    ("partner_id", "Customer"),
    ("channel_partner_id", "Channel Partner"),
    ("product_id", "Product"),
    ("categ_id", "Product Category"),
    ("campaign_id", "Campaign"),
    ("contract_id", "Contract"),
    ("partner_tag_ids", "Customer Tags"),
    ("discount_from", "Discount"),
    ("customer_kind", "New or Existing Customers"),
]
