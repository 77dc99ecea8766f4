from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError

from .crm_lead_to_complete import UNATTENDED, UNATTENDED_KEY

LEADER = "sales_system.group_sale_salesman_team"
# Set by leaders only: whoever else sets it is refused as ever.
GATE_REASON = "sales_gate_reason"
# A refusal that names more opportunities is not read.
NAMED = 5


class CrmLead(models.Model):
    """Lets opportunities into a stage that have what it asks for, and starts its playbook."""

    _inherit = "crm.lead"

    stage_guide = fields.Html(string="Guide", compute="_compute_stage_guide")

    # === COMPUTE METHODS === #
    @api.depends("stage_id", "team_id", "type")
    def _compute_stage_guide(self):
        gates = self.env["sales.stage.gate"]._get_gates(self)
        for lead in self:
            gate = lead.type == "opportunity" and gates.get(lead)
            lead.stage_guide = gate and gate.guide

    # === GATES === #
    def _pass_gates(self, gates, are_new=False):
        """Check these opportunities against the gates of the stages that they have come into.

        Those that no person has brought there are marked instead of refused.

        :param gates: see :meth:`SalesStageGate._get_gates`
        :param bool are_new: whether a refusal undoes that they were created
        :raises UserError: what which of them lacks
        """
        missing = {}
        overridable = True
        for gate in self.env["sales.stage.gate"].sudo().union(*gates.values()):
            leads = self.sudo().browse(lead.id for lead, its in gates.items() if its == gate)
            found = gate._get_missing(leads)
            missing.update(found)
            overridable = overridable and (gate.allow_override or not found)
        if not missing:
            return
        if self.env.context.get(UNATTENDED_KEY) is UNATTENDED:
            self._mark_to_complete(missing)
            return
        message = self._get_gate_message(missing)
        if not (overridable and self.env.user.has_group(LEADER)):
            raise UserError(message)
        if not str(self.env.context.get(GATE_REASON) or "").strip():
            if are_new:
                # Nothing would be left of them to pass with a reason.
                raise UserError(self._get_new_gate_message(message))
            raise self._get_gate_redirection(message)
        self._log_passed_gates(missing)

    def _get_gate_message(self, missing):
        lines = [
            self.env._(
                "“%(lead)s” cannot come into stage %(stage)s yet. Missing: %(missing)s.",
                lead=lead.name,
                stage=lead.stage_id.name,
                missing=", ".join(labels),
            )
            for lead, labels in list(missing.items())[:NAMED]
        ]
        if len(missing) > NAMED:
            lines.append(
                self.env._("The same goes for %(count)s more.", count=len(missing) - NAMED)
            )
        return "\n".join(lines)

    def _get_new_gate_message(self, message):
        return "\n".join(
            (
                message,
                self.env._("Create it in an earlier stage, and move it from there with a reason."),
            )
        )

    def _get_gate_redirection(self, message):
        return RedirectWarning(
            message,
            self.env.ref("sales_system.sales_stage_gate_pass_action").id,
            self.env._("Pass with a Reason"),
            {
                "active_model": "crm.lead",
                "active_ids": self.ids,
                "active_id": self.ids[0],
                "default_lead_ids": self.ids,
                "default_stage_id": self.stage_id[:1].id,
            },
        )

    def _log_passed_gates(self, missing):
        reason = self.env.context[GATE_REASON]
        self.browse(lead.id for lead in missing)._message_log_batch(
            bodies={
                lead.id: Markup("%s<br/>%s")
                % (
                    self.env._(
                        "Let into stage %(stage)s: %(reason)s",
                        stage=lead.stage_id.name,
                        reason=reason,
                    ),
                    self.env._("Missing: %(missing)s", missing=", ".join(labels)),
                )
                for lead, labels in missing.items()
            }
        )

    # === PLAYBOOKS === #
    def _start_playbooks(self, gates, moves):
        """Schedule the activities of the stages that these have come into for the first time.

        :param gates: see :meth:`SalesStageGate._get_gates`
        :param moves: of these, where it is written down which playbook was started
        """
        if not any(gate.plan_id.active for gate in gates.values()):
            return
        started = self._get_started_playbooks()
        values = []
        for move in moves.filtered("stage_id"):
            gate = gates.get(move.lead_id)
            if gate and gate.plan_id.active and (move.lead_id.id, move.stage_id.id) not in started:
                move.plan_id = gate.plan_id
                values += move.lead_id._prepare_playbook(gate.plan_id)
        # Whom it is the own opportunity of learns of it from the opportunity.
        for is_own in (True, False):
            self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=is_own).create(
                [activity for own, activity in values if own == is_own]
            )

    def _get_started_playbooks(self):
        """:return: pairs of lead and stage whose playbook has been started before"""
        moves = self.env["sales.lead.stage.move"].sudo()
        return {
            (move.lead_id.id, move.stage_id.id)
            for move in moves.search_fetch(
                [("lead_id", "in", self.ids), ("plan_id", "!=", False)], ["lead_id", "stage_id"]
            )
        }

    def _prepare_playbook(self, plan):
        """:return: list of (whether it is for the salesperson of this lead, values)"""
        self.ensure_one()
        model_id = self.env["ir.model"]._get_id(self._name)
        prepared = []
        for template in plan.template_ids:
            found = template._determine_responsible(self.user_id or self.env.user, self)
            user = found["responsible"] or self.user_id
            prepared.append(
                (
                    user == (self.user_id or self.env.user),
                    {
                        "res_model_id": model_id,
                        "res_id": self.id,
                        "activity_type_id": template.activity_type_id.id,
                        "summary": template.summary,
                        "note": template.note,
                        "user_id": user.id,
                        "date_deadline": template._get_date_deadline(),
                        "automated": True,
                    },
                )
            )
        return prepared
