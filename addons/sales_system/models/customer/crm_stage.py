from odoo import fields, models


class CrmStage(models.Model):
    _inherit = "crm.stage"

    gate_ids = fields.One2many("sales.stage.gate", "stage_id", string="Gates and Playbooks")
