from odoo import SUPERUSER_ID, api, fields, models

# In the context while a lead comes in that nobody of us enters. An object of its own: no program
# that calls the server can send it.
UNATTENDED = object()
UNATTENDED_KEY = "sales_gate_unattended"


class CrmLead(models.Model):
    """Opportunities that come in by mail or from a website, where no gate can ask anybody.

    They come into their stage as they are, and are marked until somebody has completed them.
    """

    _inherit = "crm.lead"

    is_to_complete = fields.Boolean(
        string="To Complete",
        readonly=True,
        copy=False,
        help="Came in by itself, without all that its stage asks for.",
    )
    stage_missing = fields.Char(
        string="Missing in This Stage",
        compute="_compute_stage_missing",
        help="What the stage asks for and the opportunity lacks.",
    )

    _to_complete_idx = models.Index("(id) WHERE is_to_complete")

    # === COMPUTE METHODS === #
    @api.depends("is_to_complete", "stage_id", "team_id")
    def _compute_stage_missing(self):
        marked = self.filtered("is_to_complete")
        missing = marked._get_missing_in_stage()
        for lead in self:
            lead.stage_missing = ", ".join(missing.get(lead.sudo(), ()))

    # === CRUD METHODS === #
    def write(self, vals):
        result = super().write(vals)
        if "is_to_complete" not in vals:
            self._unmark_completed()
        return result

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        if not self.env.su:
            return super().message_new(msg_dict, custom_values)
        # The gateway is superuser, whoever's mail it is.
        unattended = self.with_context(**{UNATTENDED_KEY: UNATTENDED})
        lead = super(CrmLead, unattended).message_new(msg_dict, custom_values)
        return lead.with_context(**{UNATTENDED_KEY: None})

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        # A file that was sent or an activity that was done may have been the last thing missing.
        self._unmark_completed()
        return result

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"is_to_complete"}

    @api.model
    def _is_unattended(self):
        """:return: whether what creates a lead is no person of us: a form of a website, a mail"""
        return self.env.su and (
            self.env.uid == SUPERUSER_ID
            or self.env.user.share
            or self.env.context.get(UNATTENDED_KEY) is UNATTENDED
        )

    def _mark_to_complete(self, missing):
        """:param missing: dict of opportunity → labels of what it lacks"""
        marked = self.sudo().browse(lead.id for lead in missing)
        marked.is_to_complete = True
        marked._message_log_batch(
            bodies={
                lead.id: self.env._(
                    "To complete for stage %(stage)s: %(missing)s",
                    stage=lead.stage_id.name,
                    missing=", ".join(labels),
                )
                for lead, labels in missing.items()
            }
        )

    def _unmark_completed(self):
        marked = self.sudo().filtered("is_to_complete")
        if marked:
            missing = marked._get_missing_in_stage()
            marked.filtered(lambda lead: lead not in missing).is_to_complete = False

    def _get_missing_in_stage(self):
        """:return: dict of opportunity, as superuser → labels of what its stage asks for"""
        gates = self.env["sales.stage.gate"]._get_gates(self.sudo()) if self else {}
        missing = {}
        for gate in self.env["sales.stage.gate"].sudo().union(*gates.values()):
            missing.update(
                gate._get_missing(
                    self.sudo().browse(lead.id for lead, its in gates.items() if its == gate)
                )
            )
        return missing
