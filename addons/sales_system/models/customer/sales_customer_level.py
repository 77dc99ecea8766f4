from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# Field → least and most that a rule may ask for.
RANGES = {
    "months": (1, 120),
    "min_amount": (0, None),
    "min_frequency": (0, None),
    "min_margin": (0, 100),
}


class SalesCustomerLevel(models.Model):
    """How much a customer is worth to a company: A to D, or what the company calls it.

    The best level whose conditions all hold is a customer's. A level without conditions takes
    in everybody whom no better one does.
    """

    _name = "sales.customer.level"
    _description = "Customer Level"
    _order = "sequence, id"

    # === FIELDS === #
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The best level comes first.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: a level of all companies."
    )
    color = fields.Integer()
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        compute_sudo=True,
        help="Of the company; of a level of all companies the currency of the first one. Others "
        "convert the amount at the rate of the day.",
    )

    # === CONDITIONS === #
    months = fields.Integer(
        required=True, default=12, help="The conditions look at the last so many months."
    )
    min_amount = fields.Monetary(
        string="Least Booked Amount", help="Untaxed; 0 asks for no amount."
    )
    min_frequency = fields.Integer(
        string="Least Order Days", help="On how many days orders came in; 0 asks for none."
    )
    min_margin = fields.Float(
        string="Least Margin (%)",
        digits=(5, 2),
        help="Margin as a percentage of the booked amount; 0 asks for no margin.",
    )

    # === COMPUTE METHODS === #
    @api.depends("company_id.currency_id")
    def _compute_currency_id(self):
        first = self.env["res.company"].search([], order="id", limit=1)
        for level in self:
            level.currency_id = (level.company_id or first).currency_id

    # === CONSTRAINT METHODS === #
    @api.constrains(*RANGES)
    def _check_conditions(self):
        for level in self:
            for name, (least, most) in RANGES.items():
                if level[name] < least or (most is not None and level[name] > most):
                    raise ValidationError(level._range_error(name, least, most))

    def _range_error(self, name, least, most):
        values = {
            "field": self._fields[name]._description_string(self.env),
            "level": self.name,
            "value": self[name],
            "least": least,
            "most": most,
        }
        if most is None:
            return self.env._(
                "%(field)s of level %(level)s cannot be %(value)s: enter %(least)s or more.",
                **values,
            )
        return self.env._(
            "%(field)s of level %(level)s cannot be %(value)s: enter a number from %(least)s to "
            "%(most)s.",
            **values,
        )

    # === ACTION METHODS === #
    def action_open_customers(self):
        """Show the customers who have this level."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_system.sales_customer_profile_action"
            ),
            "name": self.env._("Customers of Level %(level)s", level=self.name),
            "domain": [("level_id", "=", self.id)],
            "context": {},
        }

    # === BUSINESS METHODS === #
    @api.model
    def _get_for(self, company):
        """:return: the levels that a company works with, the best first"""
        return self.sudo().search([("company_id", "in", (False, company.id))])

    def _get_columns(self, day):
        """What the conditions look at: sums over a query with day, amount and margin.

        :return: ``SQL`` of columns, each with a comma before it
        """
        return SQL("").join(
            SQL(
                """
                , COALESCE(SUM(amount) FILTER (WHERE day > %(since)s), 0) AS %(amount)s
                , COALESCE(SUM(margin) FILTER (WHERE day > %(since)s), 0) AS %(margin)s
                , COUNT(*) FILTER (WHERE day > %(since)s AND amount > 0) AS %(frequency)s
                """,
                since=day - relativedelta(months=months),
                **self._column_names(months),
            )
            for months in sorted(set(self.mapped("months")))
        )

    def _get_case(self, company, day):
        """:return: ``SQL`` of the best level that holds, over a query with these columns"""
        cases = [
            SQL("WHEN %s THEN %s", level._get_condition(company, day), level.id) for level in self
        ]
        return SQL("CASE %s END", SQL(" ").join(cases)) if cases else SQL("NULL::integer")

    def _get_condition(self, company, day):
        """:return: ``SQL`` that is true where all conditions hold, and never NULL"""
        self.ensure_one()
        names = self._column_names(self.months)
        amount = SQL("COALESCE(%s, 0)", names["amount"])
        conditions = [SQL("TRUE")]
        if self.min_amount:
            least = self.currency_id._convert(self.min_amount, company.currency_id, company, day)
            conditions.append(SQL("%s >= %s::numeric", amount, str(least)))
        if self.min_frequency:
            conditions.append(SQL("COALESCE(%s, 0) >= %s", names["frequency"], self.min_frequency))
        if self.min_margin:
            conditions.append(
                SQL(
                    "%(amount)s > 0 AND COALESCE(%(margin)s, 0) * 100 >= %(amount)s * %(least)s",
                    amount=amount,
                    margin=names["margin"],
                    least=SQL("%s::numeric", str(self.min_margin)),
                )
            )
        return SQL(" AND ").join(conditions)

    @api.model
    def _column_names(self, months):
        return {
            name: SQL.identifier(f"{name}_{months}") for name in ("amount", "margin", "frequency")
        }
