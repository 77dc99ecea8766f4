from odoo import api, fields, models
from odoo.exceptions import ValidationError

LEVEL_REVIEW = [
    ("nightly", "Every Night"),
    ("monthly", "Once a Month"),
    ("quarterly", "Once a Quarter"),
]
# Field → the least that makes sense; see _check_customer_limits.
LEAST = {
    "sales_dormant_factor": 1,
    "sales_dormant_days": 1,
    "sales_dormant_least_days": 1,
    "sales_lost_factor": 1,
}


class ResCompany(models.Model):
    """After how much silence a company takes a customer for dormant or lost."""

    _inherit = "res.company"

    sales_dormant_factor = fields.Float(
        string="Dormant after Purchase Cycles",
        digits=(4, 1),
        required=True,
        default=2.0,
        help="A customer who has ordered on several days is dormant after so many of their own "
        "purchase cycles without an order.",
    )
    sales_dormant_least_days = fields.Integer(
        string="But Not before Days",
        required=True,
        default=30,
        help="Who orders every few days is not dormant for having skipped a week.",
    )
    sales_dormant_days = fields.Integer(
        string="Without a Cycle: Dormant after Days",
        required=True,
        default=180,
        help="A customer who has ordered on one day only is dormant after so many days without "
        "a further order.",
    )
    sales_lost_factor = fields.Float(
        string="Lost after Times That",
        digits=(4, 1),
        required=True,
        default=2.0,
        help="A customer is lost after so many times the silence that makes them dormant.",
    )
    sales_level_review = fields.Selection(
        LEVEL_REVIEW,
        string="Review of Levels",
        required=True,
        default="monthly",
        help="How often the rules may move customers from one level to another. Customers "
        "without a level get theirs in the next night.",
    )

    @api.constrains(*LEAST)
    def _check_customer_limits(self):
        for company in self:
            for name, least in LEAST.items():
                if company[name] < least:
                    raise ValidationError(
                        self.env._(
                            "%(field)s of %(company)s cannot be %(value)s: enter %(least)s or "
                            "more.",
                            field=self._fields[name]._description_string(self.env),
                            company=company.name,
                            value=company[name],
                            least=least,
                        )
                    )

    # === BUSINESS METHODS === #
    def _get_sales_today(self):
        """:return: the day that it is in the company, whoever asks and wherever the server is"""
        return fields.Date.context_today(self.with_context(tz=self._get_sales_zone()))

    def _get_sales_zone(self):
        return self.sudo().partner_id.tz or "UTC"
