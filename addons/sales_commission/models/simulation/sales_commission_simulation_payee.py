from odoo import fields, models
from odoo.tools import SQL

from .sales_commission_simulation_line import SIMULATION_SOURCE

SIMULATION_OUTCOME = [
    ("more", "Wins"),
    ("less", "Loses"),
    ("same", "Same"),
]


class SalesCommissionSimulationPayee(models.Model):
    """What a simulated plan would have brought a payee in all its months.

    A query over the months instead of a table, so that it cannot differ from them.
    """

    _name = "sales.commission.simulation.payee"
    _description = "Commission Simulation by Payee"
    _auto = False
    _order = "simulation_id, difference desc, id"
    _rec_name = "payee_id"

    simulation_id = fields.Many2one("sales.commission.simulation", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    payee_id = fields.Many2one("res.partner", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    simulated_amount = fields.Monetary(string="Simulated", readonly=True)
    current_amount = fields.Monetary(string="Current", readonly=True)
    difference = fields.Monetary(readonly=True)
    difference_percent = fields.Float(
        string="Difference (%)", digits=(16, 1), readonly=True, aggregator=None
    )
    source = fields.Selection(SIMULATION_SOURCE, string="Current Is", readonly=True)
    outcome = fields.Selection(SIMULATION_OUTCOME, readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(id) AS id, simulation_id, company_id, payee_id,
                   SUM(simulated_amount) AS simulated_amount,
                   SUM(current_amount) AS current_amount, SUM(difference) AS difference,
                   ROUND(SUM(difference) * 100 / NULLIF(SUM(current_amount), 0), 1)
                       AS difference_percent,
                   CASE WHEN MIN(source) = MAX(source) THEN MIN(source) ELSE 'mixed' END AS source,
                   CASE SIGN(SUM(difference)) WHEN 1 THEN 'more' WHEN -1 THEN 'less'
                        ELSE 'same' END AS outcome
              FROM sales_commission_simulation_line
             GROUP BY simulation_id, company_id, payee_id
            """
        )
