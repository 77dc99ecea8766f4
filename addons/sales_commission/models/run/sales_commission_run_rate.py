from odoo import fields, models


class SalesCommissionRunRate(models.Model):
    """Exchange rate of a run: what one unit of the company's currency is to a payee's."""

    _name = "sales.commission.run.rate"
    _description = "Commission Run Exchange Rate"
    _order = "run_id, currency_id"
    _rec_name = "currency_id"

    run_id = fields.Many2one("sales.commission.run", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id")
    currency_id = fields.Many2one("res.currency", required=True, ondelete="restrict")
    rate = fields.Float(
        string="Exchange Rate",
        digits=(16, 10),
        required=True,
        help="Units of the currency for one unit of the company's currency. "
        "Taken from the exchange rates of the run's last day, and kept from then on.",
    )

    _currency_unique = models.UniqueIndex(
        "(run_id, currency_id)", "A run has one exchange rate per currency."
    )
    _rate_positive = models.Constraint("CHECK (rate > 0)", "An exchange rate is greater than 0.")
