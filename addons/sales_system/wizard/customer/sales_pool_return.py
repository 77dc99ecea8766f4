from odoo import api, fields, models


class SalesPoolReturn(models.TransientModel):
    """Giving leads and customers into the pool, with the reason why."""

    _name = "sales.pool.return"
    _description = "Return to the Pool"

    lead_ids = fields.Many2many("crm.lead", string="Leads and Opportunities")
    partner_ids = fields.Many2many("res.partner", string="Customers")
    record_count = fields.Integer(compute="_compute_record_count")
    reason = fields.Char(help="Whoever claims it next reads the reason.")

    # === DEFAULTS === #
    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        if model == "sales.pool.record":
            rows = self.env[model].search([("id", "in", ids)])
            chosen = {records._name: records.ids for records in rows._get_records()}
        else:
            chosen = {model: ids}
        for name, of_model in (("lead_ids", "crm.lead"), ("partner_ids", "res.partner")):
            if name in fields and chosen.get(of_model):
                values[name] = [(6, 0, chosen[of_model])]
        return values

    # === COMPUTE METHODS === #
    @api.depends("lead_ids", "partner_ids")
    def _compute_record_count(self):
        for wizard in self:
            wizard.record_count = len(wizard.lead_ids) + len(wizard.partner_ids)

    # === ACTION METHODS === #
    def action_return(self):
        """Return all of them, or none."""
        self.ensure_one()
        for records in (self.lead_ids, self.partner_ids):
            if records:
                records.action_return(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
