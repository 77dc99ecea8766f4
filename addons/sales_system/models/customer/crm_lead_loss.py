from odoo import fields, models
from odoo.exceptions import UserError

# Switch of the team → field of the lead.
NEEDED = {
    "loss_needs_reason": "lost_reason_id",
    "loss_needs_competitor": "lost_competitor_id",
    "loss_needs_price": "lost_price",
}


class CrmLead(models.Model):
    """Whom an opportunity was lost to, and at what price."""

    _inherit = "crm.lead"

    lost_competitor_id = fields.Many2one(
        "sales.competitor",
        string="Lost To",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    lost_price = fields.Monetary(
        string="Price of the Competitor",
        currency_field="company_currency",
        copy=False,
        tracking=True,
        help="What the customer pays to whom it was lost.",
    )

    _lost_price_not_negative = models.Constraint(
        "CHECK (lost_price >= 0)", "The price of the competitor cannot be negative."
    )

    # === ACTION METHODS === #
    def action_set_lost(self, **additional_values):
        # Before they are archived: a lead without a chance is lost the moment it is.
        if additional_values:
            self.write(additional_values)
        return super().action_set_lost(**additional_values)

    def action_unarchive(self):
        archived = self.filtered(lambda lead: not lead.active)
        result = super().action_unarchive()
        archived.write({"lost_competitor_id": False, "lost_price": False})
        return result

    # === BUSINESS METHODS === #
    def _check_loss(self):
        """Refuse a loss of which the team wants to know more.

        :raises UserError: what is missing on the first lead that lacks something
        """
        for lead in self.sudo():
            missing = [
                self._fields[name]._description_string(self.env)
                for switch, name in NEEDED.items()
                if lead.team_id[switch] and not lead[name]
            ]
            if missing:
                raise UserError(
                    self.env._(
                        "“%(lead)s” cannot be marked as lost yet: team %(team)s wants to know "
                        "%(missing)s. Fill them in with the button Lost.",
                        lead=lead.name,
                        team=lead.team_id.name,
                        missing=", ".join(missing),
                    )
                )
