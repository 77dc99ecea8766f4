from odoo import fields, models

from ..plan.sales_commission_rule import CREDIT_ROLE

# What became of a payee's sales under a rule.
MEASURE_STATUS = [
    ("ok", "Earns"),
    ("threshold", "Below the Threshold"),
    ("no_target", "No Target"),
    ("capped", "Capped"),
]


class SalesCommissionMeasure(models.Model):
    """Commission measure: what one payee sold under one rule in a run, and the rate it reached.

    Written by the calculation. Tiers, threshold and caps look at this total, never at a line.
    """

    _name = "sales.commission.measure"
    _description = "Commission Measure"
    _order = "run_id desc, statement_id, rule_id, id"
    _rec_name = "rule_id"
    _log_access = False

    run_id = fields.Many2one(
        "sales.commission.run", required=True, readonly=True, ondelete="restrict"
    )
    statement_id = fields.Many2one(
        "sales.commission.statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    payee_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    plan_id = fields.Many2one(
        "sales.commission.plan", required=True, readonly=True, index=True, ondelete="restrict"
    )
    rule_id = fields.Many2one(
        "sales.commission.rule", required=True, readonly=True, index=True, ondelete="restrict"
    )
    role = fields.Selection(CREDIT_ROLE, required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    date_from = fields.Date(
        string="Counted From",
        readonly=True,
        help="The first day of the run, the quarter or the year, as the rule says.",
    )
    base = fields.Float(
        string="Sold",
        digits=(16, 2),
        readonly=True,
        help="The payee's share of the sales of this run: an amount in the company's currency, "
        "or a quantity.",
    )
    restated_base = fields.Float(
        string="Corrected",
        digits=(16, 2),
        readonly=True,
        help="Corrections of sales that were paid for before: they keep the rate that was paid.",
    )
    outside_base = fields.Float(
        digits=(16, 2),
        readonly=True,
        export_string_translation=False,
        help="The part of the corrections whose sales lie before the time that is measured.",
    )
    outside_amount = fields.Monetary(
        readonly=True,
        export_string_translation=False,
        help="The commission of that part: no total of the quarter or year counts it.",
    )
    prior_base = fields.Float(
        string="Sold Before",
        digits=(16, 2),
        readonly=True,
        help="From earlier runs of the quarter or year, where the rule counts to date.",
    )
    prior_amount = fields.Monetary(
        string="Earned Before", readonly=True, help="By this rule, for what was sold before."
    )
    target_amount = fields.Float(string="Target", digits=(16, 2), readonly=True)
    attained_amount = fields.Float(
        string="Reached", digits=(16, 2), readonly=True, help="What the target counts."
    )
    attainment = fields.Float(
        string="Attainment (%)", digits=(16, 4), readonly=True, aggregator=None
    )
    status = fields.Selection(MEASURE_STATUS, required=True, readonly=True)
    tier_id = fields.Many2one(
        "sales.commission.tier",
        string="Tier Reached",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    rate = fields.Float(
        string="Rate (%)",
        digits=(16, 6),
        readonly=True,
        aggregator=None,
        help="The rate of all its sales; empty where every sale has a rate of its own.",
    )
    currency_rate = fields.Float(
        digits=(16, 10),
        readonly=True,
        aggregator=None,
        help="Units of the payee's currency for one unit of the company's currency.",
    )
    earned_amount = fields.Monetary(
        string="Earned", readonly=True, help="The sum of the positive earnings."
    )
    deducted_amount = fields.Monetary(
        string="Taken Back", readonly=True, help="The sum of the negative earnings."
    )
    amount = fields.Monetary(string="Commission", readonly=True)
    earning_count = fields.Integer(string="Earnings", readonly=True)
    earning_ids = fields.One2many(
        "sales.commission.earning", "measure_id", string="Earnings of Measure", readonly=True
    )

    _payee_unique = models.UniqueIndex(
        "(run_id, rule_id, payee_id, currency_id)",
        "A payee has one measure per run, rule and currency.",
    )

    # === ACTION METHODS === #
    def action_open_earnings(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.rule_id.sudo().name,
            "res_model": "sales.commission.earning",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": [("measure_id", "=", self.id)],
        }
