from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, get_lang

try:
    from cn2an import an2cn
except ImportError:  # Then the Chinese agreement has no total in words.
    an2cn = None

# Of a larger plan the screen shows the upper levels first.
SHOWN_WHOLE = 80


class SalesTarget(models.Model):
    """What the screens and the agreement of a target show beside its figures."""

    _inherit = "sales.target"

    is_person = fields.Boolean(
        "Of a Salesperson",
        compute="_compute_is_person",
        search="_search_is_person",
        help="All that a salesperson is to reach. Targets that only split it, by customer or "
        "product, are not: with them the same sales would count twice.",
    )
    period_chart = fields.Json(
        compute="_compute_period_chart",
        help="Target, actual and last year's actual of each period.",
    )

    # === COMPUTE METHODS === #
    @api.depends("user_id", "parent_path")
    def _compute_is_person(self):
        people = self.search([("id", "in", self.ids), ("is_person", "=", True)])
        for target in self:
            target.is_person = target._origin in people

    def _search_is_person(self, operator, value):
        if operator != "in":
            return NotImplemented
        split = SQL(
            """
            SELECT part.id
              FROM sales_target part
              JOIN sales_target whole
                ON whole.plan_id = part.plan_id AND whole.user_id = part.user_id
               AND whole.id != part.id AND starts_with(part.parent_path, whole.parent_path)
            """
        )
        people = Domain("user_id", "!=", False) & Domain("id", "not in", split)
        return people if True in value else ~people

    @api.depends("cell_ids")
    @api.depends_context("lang")
    def _compute_period_chart(self):
        """For forms: reads the ledger once per target."""
        for target in self:
            target.period_chart = target._origin and target._origin._get_period_chart()

    # === CRUD METHODS === #
    def write(self, vals):
        if not {"date_start", "date_end"}.isdisjoint(vals):
            self.plan_id.filtered(lambda plan: plan.state == "closed")._check_open(reason=None)
        return super().write(vals)

    # === ACTION METHODS === #
    @api.model
    def action_open_attainment(self):
        """Count the open plans anew and show how far everybody is, in the running ones."""
        plans = self.env["sales.target.plan"]
        plans._refresh_open()
        today = fields.Date.context_today(self)
        running = plans.search([("date_from", "<=", today), ("date_to", ">=", today)])
        count = self.search_count(
            [("plan_id", "in", running.ids)] if running else [], limit=SHOWN_WHOLE + 1
        )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_action_attainment"
            ),
            "context": {
                "create": False,  # a target is made in its plan
                "search_default_running": bool(running),
                "search_default_upper": count > SHOWN_WHOLE,
                **({"default_plan_id": running.id} if len(running) == 1 else {}),
            },
        }

    def action_open_parts(self):
        """The targets that help to reach this one."""
        self.ensure_one()
        return {
            **self.plan_id._prepare_action(
                "sales.target", self.env._("Parts of %(target)s", target=self.name)
            ),
            "domain": [("parent_id", "=", self.id)],
            "context": {"default_plan_id": self.plan_id.id, "default_parent_id": self.id},
        }

    def action_open_late(self):
        """The ledger entries that came after their own period was locked."""
        self.ensure_one()
        action = self.action_open_ledger()
        return {**action, "domain": [*action["domain"], ("late_for", "!=", False)]}

    # === BUSINESS METHODS === #
    def _get_period_chart(self):
        """:return: dict of lists, one value per period: ``labels``, ``target``, ``actual`` of the
        periods that have begun, and ``last_year``
        """
        self.ensure_one()
        today = self.plan_id._get_today()
        cells = self.cell_ids.sorted("date_from")
        last_year = self._read_last_year()
        return {
            "labels": [cell.period_name for cell in cells],
            "target": [None if cell.assigned is False else cell.assigned for cell in cells],
            "actual": [cell.actual if cell.date_from <= today else None for cell in cells],
            "last_year": [last_year.get(number, 0.0) for number in range(1, len(cells) + 1)],
        }

    def _read_last_year(self):
        """:return: dict of the running number of a period → what the ledger holds for the target
        in the same period of the year before
        """
        self.ensure_one()
        plan = self.plan_id
        spans = [plan._get_years_before(span) for span in plan._get_periods()]
        first, last = spans[0].first, spans[-1].last
        # Like the actual, it is a figure of the target and not of whoever looks at it.
        entries = (
            self.env["sales.ledger.entry"]
            .sudo()
            ._search(plan._get_ledger_domain(first, last) + self._get_dimension_domain())
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT width_bucket(entry.date, %(firsts)s::date[]), SUM(entry.value)
                  FROM (%(entries)s) AS entry WHERE entry.id IN %(ids)s GROUP BY 1
                """,
                firsts=[span.first for span in spans],
                entries=self.env["sales.target.metric"]._entries_sql(plan, first, last),
                ids=entries.subselect(),
            )
        )
        return {number: float(value) for number, value in rows}

    # === AGREEMENT === #
    def _get_leader(self):
        """:return: the user whom the person of the target promises it to, or none"""
        self.ensure_one()
        person = self.responsible_id
        above = self.sudo().parent_id
        while above and above.responsible_id in (person, self.env["res.users"]):
            above = above.parent_id
        team_leader = person.sudo().sale_team_id.user_id
        return above.responsible_id or (team_leader - person)

    def _get_assigned_in_words(self):
        """:return: str, the target of the whole plan as a contract spells it, in the language of
        the context; empty where it is no amount of money
        """
        self.ensure_one()
        currency = self.currency_id
        if not currency or self.assigned is False:
            return ""
        if get_lang(self.env).code != "zh_CN":
            return currency.amount_to_text(self.assigned)
        if an2cn is None:
            return ""
        words = an2cn(f"{self.assigned:.2f}", "rmb")
        return words if currency.name == "CNY" else f"{currency.name} {words}"
