from odoo import api, fields, models
from odoo.exceptions import UserError

INDICATOR_KIND = [
    ("amount", "Amount"),
    ("quantity", "Quantity"),
    ("percent", "Percent"),
    ("index", "Index"),
]


class SalesMarketIndicator(models.Model):
    """Market indicator: what a row of market data tells, such as the size of a market."""

    _name = "sales.market.indicator"
    _description = "Market Indicator"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: an indicator of all companies."
    )
    kind = fields.Selection(INDICATOR_KIND, required=True, default="amount")
    is_market_size = fields.Boolean(
        string="Market Size",
        help="The value is what all suppliers together sell: your own sales are compared with it.",
    )
    data_count = fields.Integer(compute="_compute_data_count")

    _name_company_unique = models.UniqueIndex(
        "(lower(name), company_id) NULLS NOT DISTINCT",
        "There is an indicator of this name already. Use that one, or take it out of the archive.",
    )
    _size_is_a_sum = models.Constraint(
        "CHECK (is_market_size IS NOT TRUE OR kind IN ('amount', 'quantity'))",
        "A market size is an amount or a quantity. Choose that kind, or untick “Market Size”.",
    )

    def _compute_data_count(self):
        counts = dict(
            self.env["sales.market.data"]._read_group(
                [("indicator_id", "in", self.ids)], ["indicator_id"], ["__count"]
            )
        )
        for indicator in self:
            indicator.data_count = counts.get(indicator._origin, 0)

    # === CRUD METHODS === #
    def write(self, vals):
        for name in ("kind", "is_market_size", "company_id"):
            if name in vals:
                self._check_unused(name, vals[name])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for indicator in self._get_used():
            raise UserError(
                self.env._(
                    "There is market data of %(indicator)s. Archive the indicator instead.",
                    indicator=indicator.name,
                )
            )

    # === ACTION METHODS === #
    def action_open_data(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_system.sales_market_data_action"
            ),
            "domain": [("indicator_id", "=", self.id)],
            "context": {"default_indicator_id": self.id},
        }

    # === BUSINESS METHODS === #
    def _check_unused(self, name, value):
        """:raises UserError: the values that there are would mean something else"""
        changed = self.filtered(lambda indicator: indicator._values_of(name) != (value or False))
        for indicator in changed._get_used():
            raise UserError(
                self.env._(
                    "%(field)s of %(indicator)s cannot change: there is market data of it already. "
                    "Create another indicator and archive this one.",
                    field=self._fields[name]._description_string(self.env),
                    indicator=indicator.name,
                )
            )

    def _values_of(self, name):
        return self._fields[name].convert_to_write(self[name], self)

    def _get_used(self):
        """:return: those that have data, whichever company it is of"""
        groups = (
            self.env["sales.market.data"]
            .sudo()
            ._read_group([("indicator_id", "in", self.ids)], ["indicator_id"])
        )
        used = self.browse([indicator.id for (indicator,) in groups])
        return self & used
