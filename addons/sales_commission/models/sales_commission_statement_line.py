from odoo import fields, models
from odoo.tools import SQL


class SalesCommissionStatementLine(models.Model):
    """Line of a commission statement: the earnings of one rule, summed.

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
    rate = fields.Float(string="Rate (%)", digits=(16, 6), readonly=True, aggregator=None)
    base = fields.Monetary(readonly=True)
    amount = fields.Monetary(string="Commission", readonly=True)
    earning_count = fields.Integer(string="Earnings", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(id) AS id, statement_id, run_id, company_id, payee_id, currency_id,
                   plan_id, rule_id, rate,
                   SUM(base) AS base, SUM(amount) AS amount, COUNT(*) AS earning_count
              FROM sales_commission_earning
             GROUP BY statement_id, run_id, company_id, payee_id, currency_id,
                      plan_id, rule_id, rate
            """
        )

    # === ACTION METHODS === #
    def action_open_earnings(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(statement)s: %(rule)s",
                statement=self.statement_id.display_name,
                rule=self.rule_id.sudo().name,
            ),
            "res_model": "sales.commission.earning",
            "view_mode": "list,pivot,graph,form",
            "domain": [
                ("statement_id", "=", self.statement_id.id),
                ("rule_id", "=", self.rule_id.id),
            ],
        }
