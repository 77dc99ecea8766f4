from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...models.sales_target import TARGET_DIMENSIONS
from ...models.sales_target_figures import TARGET_VALUE


class SalesTargetCompare(models.TransientModel):
    """Comparison of two plans of the same metric, such as two versions, number by number."""

    _name = "sales.target.compare"
    _description = "Compare Target Plans"

    before_id = fields.Many2one("sales.target.plan", required=True)
    after_id = fields.Many2one("sales.target.plan", required=True)
    value = fields.Selection(TARGET_VALUE, string="Number", required=True, default="assigned")

    # === ACTION METHODS === #
    def action_compare(self):
        """Show what differs, of the targets that the user may see."""
        self.ensure_one()
        self._check_comparable()
        self.env.flush_all()
        self.env.cr.execute(self._fill_query())
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_difference_action"
            ),
            "name": self.env._(
                "%(before)s → %(after)s",
                before=self.before_id.display_name,
                after=self.after_id.display_name,
            ),
            "domain": [("compare_id", "=", self.id)],
        }

    # === BUSINESS METHODS === #
    def _check_comparable(self):
        before, after = self.before_id, self.after_id
        (before | after).check_access("read")
        if before == after:
            raise UserError(self.env._("Choose two different plans to compare."))
        for name in ("metric", "period", "currency_id"):
            if before[name] != after[name]:
                raise UserError(
                    self.env._(
                        "%(before)s and %(after)s differ in “%(field)s”, so their numbers cannot "
                        "be compared. Choose plans that agree in it.",
                        before=before.display_name,
                        after=after.display_name,
                        field=before._fields[name]._description_string(self.env),
                    )
                )

    def _fill_query(self):
        """:return: ``SQL`` that inserts a line for each node and period of either plan.

        Nodes are the same when they name the same records. Periods are the same when they
        begin on the same day or, of plans for different times, have the same running number.
        """
        shared = SQL(", ").join(
            SQL("COALESCE(after.%(name)s, before.%(name)s) AS %(name)s", name=SQL.identifier(name))
            for name in TARGET_DIMENSIONS
        )
        return SQL(
            """
            INSERT INTO sales_target_difference (
                compare_id, currency_id, cell_before_id, cell_after_id, target_id, date_from,
                before, after, difference, is_changed, is_lowest, is_top, %(names)s,
                create_uid, write_uid, create_date, write_date
            )
            SELECT %(compare)s, %(currency)s, before.id, after.id,
                   COALESCE(after.target_id, before.target_id),
                   COALESCE(after.date_from, before.date_from),
                   before.number, after.number,
                   COALESCE(after.number, 0) - COALESCE(before.number, 0),
                   before.number IS DISTINCT FROM after.number,
                   COALESCE(after.is_lowest, before.is_lowest),
                   COALESCE(after.is_top, before.is_top), %(shared)s,
                   %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM (%(before)s) AS before
              FULL JOIN (%(after)s) AS after ON %(same)s
            """,
            compare=self.id,
            currency=self.after_id.currency_id.id or None,
            names=SQL(", ").join(map(SQL.identifier, TARGET_DIMENSIONS)),
            shared=shared,
            before=self._side_query(self.before_id),
            after=self._side_query(self.after_id),
            same=SQL(" AND ").join(
                [
                    SQL("before.place = after.place"),
                    *(
                        SQL(
                            "COALESCE(before.%(name)s, 0) = COALESCE(after.%(name)s, 0)",
                            name=SQL.identifier(name),
                        )
                        for name in TARGET_DIMENSIONS
                    ),
                ]
            ),
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    def _side_query(self, plan):
        """:return: ``SQL`` of the cells of one plan that the user may see"""
        visible = self.env["sales.target"]._search([("plan_id", "=", plan.id)])
        return SQL(
            """
            SELECT cell.id, cell.target_id, cell.date_from, %(number)s AS number,
                   %(place)s AS place, %(dimensions)s,
                   target.parent_id IS NULL AS is_top,
                   target.id NOT IN (
                       SELECT DISTINCT parent_id FROM sales_target
                        WHERE plan_id = %(plan)s AND parent_id IS NOT NULL
                   ) AS is_lowest
              FROM sales_target_cell cell JOIN sales_target target ON target.id = cell.target_id
             WHERE target.id IN %(visible)s
            """,
            number=SQL.identifier("cell", self.value),
            place=self._place_sql(plan),
            dimensions=SQL(", ").join(SQL.identifier("target", name) for name in TARGET_DIMENSIONS),
            plan=plan.id,
            visible=visible.subselect(),
        )

    def _place_sql(self, plan):
        """:return: ``SQL`` of what makes a period the same in both plans"""
        if self._overlap():
            return SQL("cell.date_from - %s::date", self.before_id.date_from)
        actual = self.env["sales.target.actual"]
        return actual._number_of(SQL("cell.date_from"), actual._get_firsts(plan))

    def _overlap(self):
        before, after = self.before_id, self.after_id
        return before.date_from <= after.date_to and after.date_from <= before.date_to
