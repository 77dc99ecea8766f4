from dataclasses import fields as dataclass_fields

from odoo import api, models
from odoo.tools import SQL

from ..calculation.sales_commission_matching import Usage
from ..plan.sales_commission_rule import RULE_DIMENSIONS

CONDITIONS = (*RULE_DIMENSIONS, "customer_kind")


class SalesCommissionEstimatingMatching(models.AbstractModel):
    """The credits of an estimate: there is no table of its scope to ask what the rules make use
    of, so the rules of all approved plans are asked."""

    _name = "sales.commission.estimating.matching"
    _inherit = ["sales.commission.matching"]
    _description = "Commission Estimate: Matching"

    @api.model
    def _get_usage(self):
        [(*used, tags, bases, leaders, discounts, splits)] = self.env.execute_query(
            SQL(
                """
                SELECT %s,
                       EXISTS (SELECT FROM res_partner_category_sales_commission_rule_rel),
                       array_agg(DISTINCT base), COALESCE(BOOL_OR(role = 'leader'), FALSE),
                       COALESCE(BOOL_OR(discount_from > 0 OR discount_to > 0), FALSE),
                       EXISTS (SELECT FROM sales_commission_split)
                  FROM sales_commission_rule
                 WHERE plan_id IN (SELECT id FROM sales_commission_plan
                                    WHERE state IN ('approved', 'closed'))
                """,
                SQL(", ").join(SQL("COUNT(%s) > 0", SQL.identifier(name)) for name in CONDITIONS),
            )
        )
        names = {name for name, is_used in zip(CONDITIONS, used, strict=True) if is_used}
        return Usage(
            **{
                **{field.name: True for field in dataclass_fields(Usage)},
                "fields": frozenset(names | ({"tag_ids"} if tags else set())),
                "bases": frozenset(bases or ()),
                "leaders": leaders,
                "discounts": discounts,
                "splits": splits,
            }
        )
