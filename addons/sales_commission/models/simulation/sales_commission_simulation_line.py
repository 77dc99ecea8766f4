from odoo import fields, models

# Where the figures to compare with come from.
SIMULATION_SOURCE = [
    ("settled", "Paid by Runs"),
    ("simulated", "Simulated"),
    ("mixed", "Partly Paid, Partly Simulated"),
]


class SalesCommissionSimulationLine(models.Model):
    """What a simulated plan would have brought a payee in a month, and what the payee has got."""

    _name = "sales.commission.simulation.line"
    _description = "Commission Simulation by Month"
    _order = "simulation_id, month, payee_id, id"
    _rec_name = "payee_id"
    _log_access = False

    simulation_id = fields.Many2one(
        "sales.commission.simulation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    payee_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    month = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    simulated_amount = fields.Monetary(string="Simulated", readonly=True)
    current_amount = fields.Monetary(string="Current", readonly=True)
    difference = fields.Monetary(readonly=True)
    source = fields.Selection(
        SIMULATION_SOURCE,
        string="Current Is",
        readonly=True,
        help="Paid by runs: what approved runs paid for the month. Simulated: no approved run "
        "covers the month, so it is what the other plans would have paid.",
    )
