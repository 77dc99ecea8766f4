from odoo import api, fields, models


class SalesMarketingActivity(models.Model):
    """Marketing activity with events.

    Events Sales makes everybody in sales one of the registration desk, so whoever sees the
    activity sees its events and who came.
    """

    _inherit = "sales.marketing.activity"

    # === FIELDS === #
    event_ids = fields.One2many(
        "event.event",
        "marketing_activity_id",
        string="Events",
        context={"active_test": False},
    )
    event_count = fields.Integer(
        "Number of Events", compute="_compute_event_counts", compute_sudo=True
    )
    registration_count = fields.Integer(
        "Registrations",
        compute="_compute_event_counts",
        compute_sudo=True,
        help="Those who attended, among them; without unconfirmed and cancelled ones.",
    )
    attended_count = fields.Integer("Attended", compute="_compute_event_counts", compute_sudo=True)

    # === COMPUTE METHODS === #
    @api.depends("event_ids.registration_ids.state", "event_ids.registration_ids.active")
    def _compute_event_counts(self):
        events = self._count_means("event.event")
        counts = {}
        for event, state, count in self.env["event.registration"]._read_group(
            self._get_registration_domain(), ["event_id", "state"], ["__count"]
        ):
            total = counts.setdefault(event.marketing_activity_id, {"open": 0, "done": 0})
            total[state] += count
        for activity in self:
            total = counts.get(activity._origin, {"open": 0, "done": 0})
            activity.event_count = events.get(activity._origin, 0)
            activity.registration_count = total["open"] + total["done"]
            activity.attended_count = total["done"]

    # === ACTION METHODS === #
    def action_open_events(self):
        self.ensure_one()
        return self._get_means_window(
            "event.action_event_view",
            self.env._("Events of %(activity)s", activity=self.display_name),
            default_name=self.name,
        )

    def action_open_registrations(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("event.event_registration_action_tree"),
            "name": self.env._("Registrations of %(activity)s", activity=self.display_name),
            "domain": self._get_registration_domain(),
            "context": {"create": False},
        }

    # === BUSINESS METHODS === #
    def _get_registration_domain(self):
        return [
            ("event_id.marketing_activity_id", "in", self.ids),
            ("state", "in", ("open", "done")),
        ]
