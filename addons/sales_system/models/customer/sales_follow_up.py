from odoo import api, fields, models
from odoo.tools import SQL

FOLLOW_UP_STEP = [
    ("remind", "Salesperson Reminded"),
    ("leader", "Leader Told"),
    ("return", "Returned to Pool"),
]

FOLLOW_UP_STATE = [
    ("due", "To Do"),
    ("open", "Silent"),
    ("contacted", "Contacted"),
    ("ended", "Ended"),
    ("cancelled", "Taken Back"),
]


class SalesFollowUp(models.Model):
    """Follow-up: one step that was taken because a customer or lead was silent for too long.

    A silence is known by when it began, so that no step is taken twice for it.
    """

    _name = "sales.follow.up"
    _description = "Follow-Up"
    _order = "noted_on desc, id desc"

    # === FIELDS === #
    rule_id = fields.Many2one(
        "sales.follow.up.rule", required=True, readonly=True, index=True, ondelete="cascade"
    )
    step = fields.Selection(FOLLOW_UP_STEP, required=True, readonly=True)
    lead_id = fields.Many2one(
        "crm.lead",
        string="Lead or Opportunity",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", string="Salesperson", required=True, readonly=True, index=True
    )
    leader_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    silence_start = fields.Datetime(string="Silent Since", required=True, readonly=True)
    noted_on = fields.Datetime(string="Noticed On", required=True, readonly=True)
    state = fields.Selection(FOLLOW_UP_STATE, required=True, readonly=True, default="open")
    closed_on = fields.Datetime(readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    # === CONSTRAINTS AND INDEXES === #
    _of_one_record = models.Constraint(
        "CHECK (num_nonnulls(lead_id, partner_id) = 1)",
        "A follow-up is about a lead or about a customer.",
    )
    # What was taken back may be asked for again.
    _step_of_silence_unique = models.UniqueIndex(
        "(step, COALESCE(lead_id, 0), COALESCE(partner_id, 0), silence_start)"
        " WHERE state <> 'cancelled'",
        "This step was taken already for the same silence.",
    )
    _due_idx = models.Index("(id) WHERE state = 'due'")
    _open_idx = models.Index("(user_id) WHERE state = 'open'")

    # === COMPUTE METHODS === #
    @api.depends("lead_id", "partner_id", "step")
    def _compute_display_name(self):
        steps = dict(self._fields["step"]._description_selection(self.env))
        for follow_up in self:
            record = follow_up.lead_id or follow_up.partner_id
            follow_up.display_name = f"{record.display_name}: {steps.get(follow_up.step)}"

    # === ACTION METHODS === #
    def action_open_record(self):
        """Open what is silent."""
        self.ensure_one()
        return (self.lead_id or self.partner_id).get_formview_action()

    # === BUSINESS METHODS === #
    def _close(self, state):
        """End these follow-ups, and what is still open of their reminders.

        After a contact the reminder was followed, and counts as done; else it goes.
        """
        activities = self.activity_id
        self.write({"state": state, "closed_on": fields.Datetime.now()})
        if state == "contacted":
            activities.action_archive()
        else:
            activities.unlink()

    @api.model
    def _close_ended(self):
        """End follow-ups of which a record has been contacted, closed or given to somebody else."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, is_contacted
                  FROM (
                    SELECT follow_up.id,
                           lead.last_contact_on > follow_up.silence_start AS is_contacted,
                           lead.active AND lead.won_status = 'pending'
                           AND lead.user_id = follow_up.user_id AS is_watched
                      FROM sales_follow_up follow_up
                      JOIN crm_lead lead ON lead.id = follow_up.lead_id
                     WHERE follow_up.state IN ('due', 'open')
                     UNION ALL
                    SELECT follow_up.id,
                           partner.last_contact_on > follow_up.silence_start,
                           partner.active AND partner.user_id = follow_up.user_id
                      FROM sales_follow_up follow_up
                      JOIN res_partner partner ON partner.id = follow_up.partner_id
                     WHERE follow_up.state IN ('due', 'open')
                  ) follow_up
                 WHERE is_contacted OR is_watched IS NOT TRUE
                """
            )
        )
        for state in ("contacted", "ended"):
            self.browse(
                follow_up_id
                for follow_up_id, is_contacted in rows
                if bool(is_contacted) == (state == "contacted")
            )._close(state)
