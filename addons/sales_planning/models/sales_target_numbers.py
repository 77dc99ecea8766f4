from contextlib import contextmanager
from decimal import Decimal, InvalidOperation

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.misc import formatLang

# Names the revision to the trigger that guards approved numbers, see SalesTargetCell.init.
REVISION_SETTING = "sales_planning.revision"
# What fits a float to the cent; nobody sells more, but somebody holds a key down.
TOO_LARGE = Decimal("1e13")


class SalesTargetNumbers(models.AbstractModel):
    """The one way to set numbers of a plan's cells, whoever does it and how many there are.

    :meth:`_set` locks the plan, so operations on it follow each other; checks that the plan
    may be changed, that the numbers are possible, and that they still are what the user saw;
    writes them in one statement together with who moved what and why.
    """

    _name = "sales.target.numbers"
    _description = "Numbers of Target Plans"

    @api.model
    def _set(self, plan, value, numbers, operation, reason=None, expected=None, origin=None):
        """Set numbers of cells of one plan, all of them or none.

        Callers have checked that the user may (``SalesTarget._check_can_assign``): this works on
        any cell of the plan. What an approved plan allows, it checks itself.

        :param str value: which number, a key of ``TARGET_VALUE``
        :param dict numbers: cell id → Decimal, or None for no number
        :param str operation: a key of ``TARGET_OPERATION``
        :param str reason: why; needed where the plan is approved, for its revision
        :param dict expected: cell id → Decimal or None that the user saw there
        :param origin: record that the numbers come from, of a model in :meth:`_get_origins`
        :return: int, how many numbers changed
        :raises UserError: the plan is closed; or approved, and there is no reason, a period is
            over, or more than before would be unassigned; or somebody else changed a number
            meanwhile
        :raises ValidationError: a number is negative or finer than the currency
        """
        self._lock(plan)
        plan._check_open(reason)
        self.env.flush_all()
        self._check_possible(plan, numbers)
        if expected:
            self._check_expected(value, expected)
        touched = self._get_touched_ids(numbers)
        rests = plan._get_rests(value, touched) if plan.state == "approved" else {}
        # All of it or nothing, also for callers that catch the refusal.
        with self.env.cr.savepoint():
            changed = self._write_numbers(plan, value, numbers, operation, reason, origin)
            if changed:
                self.env["sales.target.actual"]._roll_up(plan, touched)
                plan._check_within(value, touched)
                if plan.state == "approved":
                    plan._check_rests(value, touched, rests)
        return changed

    @api.model
    def _write_numbers(self, plan, value, numbers, operation, reason, origin):
        """:return: int, how many numbers changed"""
        revision = None
        if plan.state == "approved":
            stored = self._read(value, numbers)
            numbers = {id_: number for id_, number in numbers.items() if stored.get(id_) != number}
            if not numbers:
                return 0
            self._check_periods_open(plan, numbers)
            revision = self.env["sales.target.revision"].sudo()._start(plan, reason)
        with self._passing(revision):
            self.env.cr.execute(
                self._set_query(value, numbers, operation, reason, revision, origin)
            )
            changed = self.env.cr.rowcount
        self.env["sales.target.change"].invalidate_model()
        return changed

    # === LOCKING === #
    @api.model
    def _lock(self, plan):
        """Keep others from changing the plan's numbers until the transaction ends.

        The row is written too: whoever has read the numbers before this transaction ends then
        meets a serialization failure instead of working on what is no longer there, and Odoo
        runs their request again.

        :raises UserError: somebody else is changing them at this moment
        """
        plan.flush_recordset()
        try:
            plan.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is changing %(plan)s at this moment. Nothing of yours was "
                    "saved: try again shortly.",
                    plan=plan.name,
                )
            ) from error
        self.env.cr.execute(
            SQL("UPDATE sales_target_plan SET write_date = write_date WHERE id = %s", plan.id)
        )

    @contextmanager
    def _passing(self, revision):
        """Tell the database which revision the numbers of an approved plan change by."""
        if revision:
            revision.flush_recordset()
        self._name_revision(revision and revision.id)
        yield
        self._name_revision(None)

    def _name_revision(self, revision_id):
        self.env.cr.execute(
            SQL("SELECT set_config(%s, %s, true)", REVISION_SETTING, str(revision_id or ""))
        )

    # === CHECKS === #
    @api.model
    def _check_possible(self, plan, numbers):
        for cell_id, number in numbers.items():
            if reason := self._get_number_reason(number, plan.currency_id):
                raise ValidationError(
                    self.env._(
                        "%(cell)s: %(number)s %(reason)s.",
                        cell=self.env["sales.target.cell"].browse(cell_id).display_name,
                        number=number,
                        reason=reason,
                    )
                )

    @api.model
    def _get_number_reason(self, number, currency):
        """:param number: Decimal or None
        :param currency: of the plan, none where it counts pieces
        :return: why a plan cannot hold the number, as words to follow it, or None
        """
        if number is None:
            return None
        if number < 0:
            return self.env._("is negative: a target is 0 or more")
        if number >= TOO_LARGE:
            return self.env._("is too large for a target: check its digits")
        unit = Decimal(str(currency.rounding)) if currency else Decimal(1)
        if number % unit:
            if not currency:
                return self.env._("is no whole number: the plan counts pieces")
            return self.env._(
                "has more decimals than %(currency)s: round it to %(unit)s",
                currency=currency.name,
                unit=unit,
            )
        return None

    @api.model
    def _check_periods_open(self, plan, cell_ids):
        """:raises UserError: a cell of an approved plan is of a period that is over"""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT date_from FROM sales_target_cell WHERE id = ANY(%s) ORDER BY 1",
                list(cell_ids),
            )
        )
        for (first,) in rows:
            plan._check_period_open(first)

    @api.model
    def _check_expected(self, value, expected):
        """:raises UserError: a number is no longer what the user saw; tells who moved it"""
        stored = self._read(value, expected)
        moved = [cell_id for cell_id, number in expected.items() if stored.get(cell_id) != number]
        if not moved:
            return
        cell = self.env["sales.target.cell"].browse(moved[0])
        last = self.env["sales.target.change"].sudo().search([("cell_id", "=", cell.id)], limit=1)
        raise UserError(
            self.env._(
                "%(user)s changed %(cell)s to %(number)s in the meantime, and %(others)s other "
                "numbers. Nothing of yours was saved: reload, and enter it again.",
                user=last.create_uid.name or self.env._("Somebody"),
                cell=cell.display_name,
                number=self._format(stored.get(cell.id)),
                others=len(moved) - 1,
            )
        )

    # === QUERIES === #
    @api.model
    def _get_origins(self):
        """:return: dict of model → field of a change that names the record that it comes from"""
        return {"sales.import": "import_id"}

    @api.model
    def _get_touched_ids(self, cell_ids):
        """:return: list of the ids of the targets whose figures follow from these cells: their
        own, and those right above, which know what is unassigned
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT unnest(ARRAY[target.id, target.parent_id])
                  FROM sales_target_cell cell JOIN sales_target target ON target.id = target_id
                 WHERE cell.id = ANY(%s)
                """,
                list(cell_ids),
            )
        )
        return [target_id for (target_id,) in rows if target_id]

    @api.model
    def _read(self, value, cell_ids):
        """:return: dict of cell id → Decimal or None, as the database has it"""
        self.env["sales.target.cell"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s::text FROM sales_target_cell WHERE id = ANY(%s)",
                SQL.identifier(value),
                list(cell_ids),
            )
        )
        return {cell_id: self._to_decimal(number) for cell_id, number in rows}

    @api.model
    def _set_query(self, value, numbers, operation, reason, revision, origin):
        column = SQL.identifier(value)
        return SQL(
            """
            WITH given AS (
                SELECT cell.id, cell.%(column)s AS before, given.amount AS after
                  FROM unnest(%(ids)s::integer[], %(amounts)s::numeric[]) AS given(id, amount)
                  JOIN sales_target_cell cell ON cell.id = given.id
                 WHERE cell.%(column)s IS DISTINCT FROM given.amount
            ), logged AS (
                INSERT INTO sales_target_change (
                    cell_id, value, amount_before, amount_after, operation, reason,
                    revision_id%(origin_names)s, create_uid, write_uid, create_date, write_date
                )
                SELECT id, %(value)s, before, after, %(operation)s, %(reason)s,
                       %(revision)s%(origin_values)s, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM given
            )
            UPDATE sales_target_cell cell
               SET %(column)s = given.after%(measures)s,
                   write_uid = %(uid)s, write_date = %(now)s
              FROM given WHERE given.id = cell.id
            """,
            column=column,
            ids=list(numbers),
            amounts=[None if number is None else str(number) for number in numbers.values()],
            value=value,
            operation=operation,
            reason=reason or None,
            revision=revision.id if revision else None,
            origin_names=SQL(", %s", SQL.identifier(self._get_origins()[origin._name]))
            if origin
            else SQL(""),
            origin_values=SQL(", %s", origin.id) if origin else SQL(""),
            uid=self.env.uid,
            now=fields.Datetime.now(),
            measures=self._measures_after(value),
        )

    @api.model
    def _measures_after(self, value):
        if value != "assigned":
            return SQL("")
        figures = self.env["sales.target.figures"]
        return SQL(
            ", %s",
            figures._measures_sql(
                SQL("given.after"), figures._gap_sql(SQL("given.after"), SQL("cell.actual"))
            ),
        )

    @api.model
    def _format(self, number):
        """:return: a number as people write it, or the words for none"""
        return self.env._("no number") if number is None else formatLang(self.env, float(number))

    @api.model
    def _to_decimal(self, number):
        """:return: Decimal of what the web client or the ORM gives, None for no number"""
        if number is None or number is False:
            return None
        try:
            result = Decimal(str(number))
        except InvalidOperation:
            result = Decimal("NaN")
        if not result.is_finite():
            raise ValidationError(
                self.env._("“%(number)s” is not a number. Enter digits only.", number=number)
            )
        return result
