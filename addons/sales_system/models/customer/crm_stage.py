from odoo import fields, models


class CrmStage(models.Model):
    """What opportunities need to come into a stage, and what is to be done there."""

    _inherit = "crm.stage"

    gate_ids = fields.One2many("sales.stage.gate", "stage_id", string="Gates and Playbooks")
