from odoo import api, fields, models
from odoo.tools import SQL

from ..plan.sales_commission_rule import CREDIT_ROLE


class SalesCommissionRunRule(models.Model):
    """Earnings of a run by rule, with the rate they come to.

    A query over the measures. What a statement holds beyond its rules is a row without rule,
    so the rows always add up to the statements.
    """

    _name = "sales.commission.run.rule"
    _description = "Commission Run by Rule"
    _auto = False
    _order = "run_id, plan_id, rule_id, id"
    _rec_name = "rule_id"

    run_id = fields.Many2one("sales.commission.run", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    plan_id = fields.Many2one("sales.commission.plan", readonly=True)
    rule_id = fields.Many2one("sales.commission.rule", string="Commission Rule", readonly=True)
    label = fields.Char(string="Rule", compute="_compute_label")
    role = fields.Selection(CREDIT_ROLE, string="Paid To", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    payee_count = fields.Integer(string="Payees", readonly=True)
    base = fields.Float(
        digits=(16, 2),
        readonly=True,
        help="Amount or quantity that the rule counts, with corrections.",
    )
    rate = fields.Float(
        string="Rate (%)",
        digits=(16, 6),
        readonly=True,
        aggregator=None,
        help="The rate of all payees, or else what the commission is in percent of the base.",
    )
    amount = fields.Monetary(string="Commission", readonly=True)
    earning_count = fields.Integer(string="Earnings", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(m.id) AS id, m.run_id, m.company_id, m.plan_id, m.rule_id, m.role,
                   m.currency_id, COUNT(*) AS payee_count,
                   SUM(m.base + m.restated_base) AS base,
                   CASE WHEN r.base = 'quantity' THEN NULL
                        WHEN MIN(m.rate) = MAX(m.rate) AND COUNT(m.rate) = COUNT(*)
                            THEN MIN(m.rate)
                        ELSE ROUND(SUM(m.amount / NULLIF(m.currency_rate, 0)) * 100
                                   / NULLIF(SUM(m.base + m.restated_base), 0), 6) END AS rate,
                   SUM(m.amount) AS amount, SUM(m.earning_count) AS earning_count
              FROM sales_commission_measure m
              JOIN sales_commission_rule r ON r.id = m.rule_id
             GROUP BY m.run_id, m.company_id, m.plan_id, m.rule_id, m.role, m.currency_id, r.base
             UNION ALL
            SELECT -MIN(s.id), s.run_id, s.company_id, NULL, NULL, NULL, s.currency_id,
                   COUNT(*), NULL, NULL, SUM(s.amount - COALESCE(m.amount, 0)),
                   SUM(s.earning_count - COALESCE(m.earning_count, 0))
              FROM sales_commission_statement s
              LEFT JOIN (SELECT statement_id, SUM(amount) AS amount,
                                SUM(earning_count) AS earning_count
                           FROM sales_commission_measure GROUP BY 1) m ON m.statement_id = s.id
             WHERE s.amount <> COALESCE(m.amount, 0)
             GROUP BY s.run_id, s.company_id, s.currency_id
            """
        )

    # === COMPUTE METHODS === #
    @api.depends("rule_id")
    @api.depends_context("lang")
    def _compute_label(self):
        for total in self:
            total.label = total.rule_id.name or self.env._("Without Rule")

    # === ACTION METHODS === #
    def action_open_earnings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_commission.sales_commission_earning_action"
        )
        return {
            **action,
            "name": self.env._("%(run)s: %(rule)s", run=self.run_id.name, rule=self.label),
            "domain": [
                ("run_id", "=", self.run_id.id),
                ("rule_id", "=", self.rule_id.id),
                ("currency_id", "=", self.currency_id.id),
            ],
            "context": {"search_default_group_payee": 1},
        }
