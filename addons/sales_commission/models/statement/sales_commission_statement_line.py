from odoo import fields, models
from odoo.tools import SQL

from ..plan.sales_commission_rule import CREDIT_ROLE
from .sales_commission_earning import EARNING_KIND

# What tells lines of a statement apart.
KEY = (
    "statement_id",
    "run_id",
    "company_id",
    "payee_id",
    "currency_id",
    "measure_id",
    "plan_id",
    "rule_id",
    "role",
    "kind",
    "tier_id",
)


class SalesCommissionStatementLine(models.Model):
    """Line of a commission statement: the earnings of one rule, kind and tier, summed.

    A query over the earnings instead of a table, so that it cannot differ from them.
    """

    _name = "sales.commission.statement.line"
    _description = "Commission Statement Line"
    _auto = False
    _order = "statement_id, plan_id, rule_id, id"
    _rec_name = "rule_id"

    statement_id = fields.Many2one("sales.commission.statement", readonly=True)
    run_id = fields.Many2one("sales.commission.run", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    payee_id = fields.Many2one("res.partner", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    plan_id = fields.Many2one("sales.commission.plan", readonly=True)
    rule_id = fields.Many2one("sales.commission.rule", readonly=True)
    measure_id = fields.Many2one("sales.commission.measure", readonly=True)
    role = fields.Selection(CREDIT_ROLE, readonly=True)
    kind = fields.Selection(EARNING_KIND, readonly=True)
    tier_id = fields.Many2one("sales.commission.tier", readonly=True)
    rate = fields.Float(
        string="Rate (%)",
        digits=(16, 6),
        readonly=True,
        aggregator=None,
        help="Empty where the sales have different rates.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    base = fields.Monetary(currency_field="company_currency_id", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    amount = fields.Monetary(string="Commission", readonly=True)
    earning_count = fields.Integer(string="Earnings", readonly=True)
    # What the rule counted for the payee in all, beside the part that this line is about.
    sold = fields.Float(related="measure_id.base", string="Sold")
    target_amount = fields.Float(related="measure_id.target_amount")
    attainment = fields.Float(related="measure_id.attainment", aggregator=None)
    status = fields.Selection(related="measure_id.status")

    @property
    def _table_query(self):
        key = SQL(", ").join(map(SQL.identifier, KEY))
        return SQL(
            """
            SELECT MIN(id) AS id, %(key)s,
                   CASE WHEN MIN(rate) = MAX(rate) THEN MIN(rate) END AS rate,
                   SUM(base) AS base, SUM(quantity) AS quantity, SUM(amount) AS amount,
                   COUNT(*) AS earning_count
              FROM sales_commission_earning
             GROUP BY %(key)s
            """,
            key=key,
        )

    # === ACTION METHODS === #
    def action_open_earnings(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(statement)s: %(rule)s",
                statement=self.statement_id.display_name,
                rule=self.rule_id.sudo().name or self._get_kind_label(),
            ),
            "res_model": "sales.commission.earning",
            "view_mode": "list,pivot,graph,form",
            "domain": [
                ("statement_id", "=", self.statement_id.id),
                ("rule_id", "=", self.rule_id.id),
                ("kind", "=", self.kind),
                ("tier_id", "=", self.tier_id.id),
            ],
        }

    # === BUSINESS METHODS === #
    def _get_kind_label(self):
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _get_label(self):
        """:return: what the line stands for, in one line of text"""
        self.ensure_one()
        line = self.sudo()
        kind = line._get_kind_label() if line.kind != "earning" else False
        tier = line.tier_id.display_name
        return " · ".join(filter(None, (line.plan_id.display_name, line.rule_id.name, kind, tier)))
