from odoo import api, fields, models

# Inactive until the setting switches them on.
PARTNER_RULES = ("res_partner_rule_own", "res_partner_rule_team", "res_partner_rule_all")
AREA_PREFIX = "group_sales_"


class ResConfigSettings(models.TransientModel):
    """Settings of Sales Management, among them which areas a company works with.

    An area is a group that everybody whom it concerns has while it is on. To add one:

    * the group ``group_sales_<area>`` in ``security/organisation/areas.xml``,
    * the field of the same name here or in the area's own folder, and
    * a ``<setting>`` in the block “Areas” of the form.

    Menus and views name the group and so disappear with it; data and record rules stay, so
    that switching on again finds everything as it was. What else has to happen, such as to
    work that is under way, goes into :meth:`_area_switched`. Code that acts on its own asks
    ``_is_feature_enabled`` of the group.
    """

    _inherit = "res.config.settings"

    # === FIELDS === #
    group_sales_territory = fields.Boolean(
        string="Territories",
        group="sales_team.group_sale_salesman,account.group_account_invoice",
        implied_group="sales_system.group_sales_territory",
    )
    sales_own_customers_only = fields.Boolean(
        string="Customers by Access Level",
        help="Salespeople see the customers that they look after, or that nobody does; leaders "
        "also those of their teams. Colleagues stay visible to everybody.",
    )
    sales_lock_date = fields.Date(related="company_id.sales_lock_date")

    # === BUSINESS METHODS === #
    @api.model
    def get_values(self):
        return {
            **super().get_values(),
            "sales_own_customers_only": all(self._get_partner_rules().mapped("active")),
        }

    def set_values(self):
        before = self._get_areas()
        result = super().set_values()
        for name, is_on in self._get_areas().items():
            if is_on != before[name]:
                self._area_switched(name, is_on)
        rules = self._get_partner_rules()
        if set(rules.mapped("active")) != {self.sales_own_customers_only}:
            rules.active = self.sales_own_customers_only
        return result

    @api.model
    def _get_areas(self):
        """:return: dict of field name → whether the area is on"""
        names = [name for name in self._fields if name.startswith(AREA_PREFIX)]
        values = self.default_get(names)
        return {name: values[name] for name in names}

    @api.model
    def _area_switched(self, name, is_on):
        """Hook: an area has just been switched on or off for everybody.

        :param name: of the area's field
        """

    @api.model
    def _get_partner_rules(self):
        return self.env["ir.rule"].union(
            *(self.env.ref(f"sales_system.{name}").sudo() for name in PARTNER_RULES)
        )
