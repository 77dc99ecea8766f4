from dataclasses import dataclass

from odoo import api, fields, models

from .crm_lead_to_complete import UNATTENDED, UNATTENDED_KEY

# Whatever may bring a lead into another stage, out of the pipeline or back into it.
STAGE_FIELDS = {"stage_id", "team_id", "user_id", "type", "active", "probability", "company_id"}


@dataclass(frozen=True)
class Place:
    """Where an opportunity was before somebody changed it."""

    is_opportunity: bool = False
    is_lost: bool = False
    stage_id: int | bool = False
    since: object = None

    @property
    def open_stage_id(self):
        return self.is_opportunity and not self.is_lost and self.stage_id


class CrmLead(models.Model):
    """Notices how opportunities go through the stages, whoever moves them."""

    _inherit = "crm.lead"

    stage_move_ids = fields.One2many("sales.lead.stage.move", "lead_id", readonly=True)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        entered = leads
        if self._is_unattended():
            entered = leads.with_context(**{UNATTENDED_KEY: UNATTENDED})
        entered._follow_stages(dict.fromkeys(leads.ids, Place()), are_new=True)
        return leads

    def write(self, vals):
        if STAGE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        before = {lead.id: lead._get_place() for lead in self}
        result = super().write(vals)
        self._follow_stages(before)
        return result

    # === BUSINESS METHODS === #
    def _get_place(self):
        return Place(
            self.type == "opportunity",
            self.won_status == "lost",
            self.stage_id.id,
            self.date_last_stage_update,
        )

    def _follow_stages(self, before, are_new=False):
        """Once values are written: let opportunities into their stages, or refuse it.

        :param before: dict of id → :class:`Place`
        :param bool are_new: whether these have just been created
        """
        now = {lead: lead._get_place() for lead in self.sudo()}
        self.browse(
            lead.id for lead, place in now.items() if place.is_lost and not before[lead.id].is_lost
        )._check_loss()
        entered = self.browse(
            lead.id
            for lead, place in now.items()
            if place.is_opportunity
            and place.stage_id
            and (place.stage_id != before[lead.id].stage_id or not before[lead.id].is_opportunity)
        )
        gates = self.env["sales.stage.gate"]._get_gates(entered.sudo()) if entered else {}
        entered._pass_gates(gates, are_new)
        entered._start_playbooks(gates, self._log_moves(before, now))

    def _log_moves(self, before, now):
        """Write down who came into which stage; one statement for all.

        :return: the moves
        """
        moment = fields.Datetime.now()
        values = [
            lead._prepare_move(before[lead.id], place, moment)
            for lead, place in now.items()
            if place.open_stage_id != before[lead.id].open_stage_id
        ]
        return self.env["sales.lead.stage.move"].sudo().create(values)

    def _prepare_move(self, before, after, moment):
        left = before.open_stage_id
        return {
            "lead_id": self.id,
            "company_id": self._get_sales_company().id,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "from_stage_id": left,
            "stage_id": after.open_stage_id,
            "moved_on": moment,
            "days": left and before.since and (moment - before.since).total_seconds() / 86400,
            "amount": self.expected_revenue,
        }

    def _get_sales_company(self):
        """:return: the company that the lead counts in, also where it names none"""
        return (
            self.company_id
            or self.team_id.company_id
            or self.user_id.company_id
            or self.env.company
        )
