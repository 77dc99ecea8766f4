import itertools

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_config_settings import POOL_AREA
from .sales_customer_profile import LIFECYCLE

FOLLOW_UP_TARGET = [("customer", "Customers"), ("lead", "Leads and Opportunities")]

# In the order in which they are taken.
STEP_FIELDS = ("remind_days", "leader_days", "return_days")

# What holds for customers only, and for leads only.
CRITERIA = {"customer": ("level_id", "lifecycle"), "lead": ("stage_id", "team_id")}


class SalesFollowUpRule(models.Model):
    """Follow-up rule: after how many working days of silence what is done about it.

    Of all rules that match a record, the one with most conditions holds: it alone.
    """

    _name = "sales.follow.up.rule"
    _description = "Follow-Up Rule"
    _order = "target, sequence, id"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: a rule of all companies."
    )
    target = fields.Selection(
        FOLLOW_UP_TARGET, string="Applies To", required=True, default="customer"
    )
    level_id = fields.Many2one(
        "sales.customer.level", ondelete="cascade", check_company=True, help="Empty: any level."
    )
    lifecycle = fields.Selection(LIFECYCLE, help="Empty: in any phase.")
    stage_id = fields.Many2one("crm.stage", ondelete="cascade", help="Empty: in any stage.")
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        ondelete="cascade",
        check_company=True,
        help="This team and all teams below it. Empty: any team.",
    )
    remind_days = fields.Integer(
        string="Remind Salesperson",
        required=True,
        default=5,
        help="After so many working days without a contact the salesperson is given an activity. "
        "0: never.",
    )
    leader_days = fields.Integer(
        string="Tell Leader",
        required=True,
        default=0,
        help="After so many working days the nearest leader gets a message. 0: never.",
    )
    return_days = fields.Integer(
        string="Return to Pool",
        required=True,
        default=0,
        help="After so many working days it goes back to the public pool, at the earliest the "
        "difference to the last warning after that warning. 0: never.",
    )
    follow_up_ids = fields.One2many("sales.follow.up", "rule_id")
    open_count = fields.Integer(string="Silent Now", compute="_compute_open_count")

    # === CONSTRAINTS AND INDEXES === #
    _days_range = models.Constraint(
        "CHECK (LEAST(remind_days, leader_days, return_days) >= 0"
        " AND GREATEST(remind_days, leader_days, return_days) BETWEEN 1 AND 1000)",
        "Days of silence are between 0 and 1000, and one step at least has some.",
    )
    _days_order = models.Constraint(
        "CHECK ((leader_days = 0 OR remind_days <= leader_days)"
        " AND (return_days = 0 OR GREATEST(remind_days, leader_days) < return_days))",
        "The salesperson is reminded first, then the leader told, and only after both does it go "
        "back to the pool.",
    )
    _criteria_of_target = models.Constraint(
        "CHECK (CASE target WHEN 'customer' THEN stage_id IS NULL AND team_id IS NULL"
        " ELSE level_id IS NULL AND lifecycle IS NULL END)",
        "Level and lifecycle are conditions for customers, stage and team for leads: empty those "
        "that do not belong to what the rule applies to.",
    )

    # === COMPUTE METHODS === #
    @api.depends("follow_up_ids.state")
    def _compute_open_count(self):
        counts = dict(
            self.env["sales.follow.up"]._read_group(
                [("rule_id", "in", self.ids), ("state", "=", "open"), ("step", "=", "remind")],
                ["rule_id"],
                ["__count"],
            )
        )
        for rule in self:
            rule.open_count = counts.get(rule._origin, 0)

    # === CONSTRAINT METHODS === #
    @api.constrains("remind_days", "leader_days", "return_days")
    def _check_days_order(self):
        """Name the two numbers; the constraint of the table only knows that some are wrong."""
        for rule in self:
            steps = [name for name in STEP_FIELDS if rule[name] > 0]
            for early, late in itertools.pairwise(steps):
                at_once = late == "leader_days" and rule[early] == rule[late]
                if rule[early] >= rule[late] and not at_once:
                    raise ValidationError(rule._get_order_message(early, late))

    def _get_order_message(self, early, late):
        labels = {name: self._fields[name]._description_string(self.env) for name in (early, late)}
        return self.env._(
            "Rule %(rule)s: “%(early)s” after %(early_days)s days does not come before “%(late)s” "
            "after %(late_days)s. Choose fewer days for the first or more for the second.",
            rule=self.name,
            early=labels[early],
            early_days=self[early],
            late=labels[late],
            late_days=self[late],
        )

    # === ONCHANGE METHODS === #
    @api.onchange("target")
    def _onchange_target(self):
        for target, names in CRITERIA.items():
            if target != self.target:
                self.update(dict.fromkeys(names, False))

    # === CRUD METHODS === #
    def write(self, vals):
        result = super().write(vals)
        if not vals.get("active", True):
            self._cancel_follow_ups()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_cancel_follow_ups(self):
        self._cancel_follow_ups()

    # === ACTION METHODS === #
    def action_open_follow_ups(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Follow-Ups by %(rule)s", rule=self.name),
            "res_model": "sales.follow.up",
            "view_mode": "list,form",
            "domain": [("rule_id", "=", self.id)],
            "context": {"search_default_open": 1},
        }

    # === BUSINESS METHODS === #
    def _cancel_follow_ups(self):
        """Take back what these rules have asked for and nobody has done yet."""
        self.env["sales.follow.up"].sudo().search(
            [("rule_id", "in", self.ids), ("state", "in", ("due", "open"))]
        )._close("cancelled")

    def _get_steps(self):
        """:return: of each step: key, days of silence, warning before it, days since the warning"""
        self.ensure_one()
        warning = "leader" if self.leader_days else "remind" if self.remind_days else None
        wait = self.return_days - max(self.remind_days, self.leader_days) if warning else 0
        steps = [("remind", self.remind_days, None, 0), ("leader", self.leader_days, None, 0)]
        if self.env["res.groups"]._is_feature_enabled(POOL_AREA):
            steps.append(("return", self.return_days, warning, wait))
        return [step for step in steps if step[1]]

    @api.model
    def _cron_follow_up(self):
        self.env["sales.follow.up"]._follow_up()
