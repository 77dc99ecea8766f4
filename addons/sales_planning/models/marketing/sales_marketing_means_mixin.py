from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SalesMarketingMeansMixin(models.AbstractModel):
    """Means of a marketing activity: what it works with, such as a price list.

    What they bring is marked with the campaign of the activity. So only who may change the
    activity ties means to it or takes them off, and only as long as it is not over.
    """

    _name = "sales.marketing.means.mixin"
    _description = "Means of a Marketing Activity"

    # === FIELDS === #
    company_id = fields.Many2one("res.company")
    marketing_activity_id = fields.Many2one(
        "sales.marketing.activity",
        index="btree_not_null",
        copy=False,
        groups="sales_team.group_sale_salesman",
        domain="[('state', 'in', ('planned', 'running')), ('company_id', '=', company_id)]",
        help="What comes of it is marked with the campaign of this activity.",
    )

    # === CONSTRAINT METHODS === #
    @api.constrains("marketing_activity_id", "company_id")
    def _check_marketing_activity_company(self):
        for means in self.sudo():
            activity = means.marketing_activity_id
            if not activity or means.company_id == activity.company_id:
                continue
            values = {
                "means": means.display_name,
                "activity": activity.display_name,
                "company": activity.company_id.name,
            }
            if not means.company_id:
                raise ValidationError(
                    self.env._(
                        "%(means)s is shared by all companies, and the marketing activity "
                        "%(activity)s belongs to %(company)s. Set “Company” of %(means)s first.",
                        **values,
                    )
                )
            raise ValidationError(
                self.env._(
                    "%(means)s belongs to %(own)s, and the marketing activity %(activity)s to "
                    "%(company)s. Choose an activity of the same company.",
                    own=means.company_id.name,
                    **values,
                )
            )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        # The field may have come by a default that whoever creates the record may not read.
        records.sudo().marketing_activity_id.sudo(self.env.su)._take_means()
        return records

    def write(self, vals):
        if "marketing_activity_id" not in vals:
            return super().write(vals)
        moved = self.filtered(
            lambda means: means.marketing_activity_id.id != vals["marketing_activity_id"]
        )
        moved.marketing_activity_id._check_takes_means()
        result = super().write(vals)
        moved.marketing_activity_id._take_means()
        return result
