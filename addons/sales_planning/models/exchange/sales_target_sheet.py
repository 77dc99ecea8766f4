from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...engine.workbook import Period, Row, Sheet, write_workbook
from ..sales_target import TARGET_DIMENSIONS


class SalesTargetSheet(models.AbstractModel):
    """Workbook of a plan or of one branch: one of its numbers, a row per target."""

    _name = "sales.target.sheet"
    _description = "Workbook of Targets"

    # === BUSINESS METHODS === #
    @api.model
    def _export(self, plan, target, value):
        """Write the targets that the user may see, and keep in the log that they left.

        :param target: the top of the branch, or none for the whole plan
        :param str value: which number, a key of ``TARGET_VALUE``
        :return: (file name, bytes)
        :raises AccessError: the user may not see plan or target
        """
        target._check_value(value)
        (target or plan).check_access("read")
        targets = target._get_exchanged(plan)
        if not targets:
            raise UserError(
                self.env._(
                    "%(plan)s has no target yet: there is nothing to export.", plan=plan.name
                )
            )
        # Whom and what the targets are for, whoever exports them may read.
        sheet = self.sudo()._prepare_sheet(plan.sudo(), target.sudo(), targets, value)
        self.env["sales.export.log"]._log(targets.with_env(self.env), [value])
        return self._get_filename(plan, target), write_workbook(sheet)

    @api.model
    def _prepare_sheet(self, plan, target, targets, value):
        """:return: :class:`~.engine.workbook.Sheet`"""
        dimensions = [name for name in TARGET_DIMENSIONS if any(targets.mapped(name))]
        names = targets.fields_get(dimensions, ["string"])
        label = self.env["sales.target"]._fields_selection("value")
        now = fields.Datetime.now()
        return Sheet(
            heading=" · ".join(filter(None, [plan.name, target.name, dict(label)[value]])),
            note=self._get_note(plan, now),
            titles={
                "sheet": self.env._("Targets"),
                "key": self.env._("Key"),
                "name": self.env._("Target of"),
                "evidence": self.env._("Last Year"),
                "total": self.env._("Total"),
            },
            labels=tuple(names[name]["string"] for name in dimensions),
            periods=tuple(
                Period(
                    period.first.isoformat(),
                    plan._get_period_name(period.first),
                    plan.state != "closed" and plan._is_open(period.first),
                )
                for period in plan._get_periods()
            ),
            rows=list(self._get_rows(plan, targets, dimensions, value)),
            digits=plan._get_decimal_places(),
            meta={
                "database": self._get_database(),
                "plan": plan.id,
                "target": target.id,
                "value": value,
                "exported_at": fields.Datetime.to_string(now),
                "exported_by": self.env.user.name,
            },
        )

    @api.model
    def _get_rows(self, plan, targets, dimensions, value):
        branch = self.env["sales.target.branch"]._load(self._get_tops(targets), value)
        last_year = self.env["sales.target.evidence"]._get_last_year_by_period(plan, targets.ids)
        locked = targets._get_locked_reasons(value)
        depth = min(len(target._get_path()) for target in targets)
        for target in targets:
            amounts = [last_year[target.id, first] for first in branch.periods]
            yield Row(
                key=target.id,
                name=target.name,
                level=len(target._get_path()) - depth,
                labels=tuple(target[name].display_name or "" for name in dimensions),
                evidence=sum(amounts),
                numbers=tuple(branch.row(target.id)),
                is_open=target.id not in locked,
            )

    @api.model
    def _get_tops(self, targets):
        """:return: the targets above which none of the given ones is"""
        given = set(targets.ids)
        return targets.filtered(lambda target: given.isdisjoint(target._get_path()[:-1]))

    @api.model
    def _get_note(self, plan, now):
        unit = plan.currency_id.name or self.env._("pieces")
        return self.env._(
            "In %(unit)s, exported on %(time)s by %(user)s. Change the white cells; an empty one "
            "means no number yet.",
            unit=unit,
            time=format_datetime(self.env, now),
            user=self.env.user.name,
        )

    @api.model
    def _get_filename(self, plan, target):
        name = " ".join(filter(None, [plan.name, target.sudo().name]))
        return "".join(" " if sign in '\\/:*?"<>|\r\n\t' else sign for sign in name) + ".xlsx"

    @api.model
    def _get_database(self):
        """:return: what tells this database from others, where the same ids mean others"""
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")
