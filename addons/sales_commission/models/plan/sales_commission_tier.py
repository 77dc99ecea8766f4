from odoo import api, fields, models


class SalesCommissionTier(models.Model):
    """Tier of a commission rule: the rate from a lower bound up to the next tier's.

    Only lower bounds are stored, so tiers can neither overlap nor leave a gap.
    """

    _name = "sales.commission.tier"
    _description = "Commission Tier"
    _order = "rule_id, amount_from, id"
    _rec_name = "amount_from"

    rule_id = fields.Many2one(
        comodel_name="sales.commission.rule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rule_id.company_id")
    amount_from = fields.Float(
        string="From",
        # Stored as numeric: the calculation compares exact decimals, never floats.
        digits=(16, 2),
        required=True,
        help="Lower bound: an amount or a quantity, or percent of the target where the rule "
        "goes by attainment. What lies exactly on it belongs to this tier.",
    )
    rate = fields.Float(
        string="Rate (%)", digits=(16, 6), required=True, help="Percent of the base."
    )

    _bound_unique = models.UniqueIndex(
        "(rule_id, amount_from)",
        "Two tiers of a rule start at the same amount, so it would have two rates. "
        "Change the lower bound of one of them.",
    )
    _bound_range = models.Constraint(
        "CHECK (amount_from >= 0)",
        "A tier starts at 0 or above. What is negative is counted at the rate of the first tier.",
    )
    _rate_range = models.Constraint(
        "CHECK (rate >= 0 AND rate <= 100)",
        "The rate of a tier is a percentage between 0 and 100.",
    )

    # === COMPUTE METHODS === #
    @api.depends("amount_from", "rate")
    def _compute_display_name(self):
        for tier in self:
            tier.display_name = self.env._(
                "from %(amount)s: %(rate)s %%",
                amount=f"{tier.amount_from:,.2f}",
                rate=f"{tier.rate:.6f}".rstrip("0").rstrip("."),
            )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.rule_id._check_plan_is_draft()
        return tiers

    def write(self, vals):
        self.check_access("write")
        self.rule_id._check_plan_is_draft()
        result = super().write(vals)
        self.rule_id._check_plan_is_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.rule_id._check_plan_is_draft()
