from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.sql import table_exists


class SalesLeadStageMove(models.Model):
    """Stage move: an opportunity came into a stage, left it for another one, or was lost in it."""

    _name = "sales.lead.stage.move"
    _description = "Stage Move"
    _order = "moved_on desc, id desc"
    _rec_name = "lead_id"

    # === FIELDS === #
    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="Salesperson", readonly=True, index="btree_not_null"
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", readonly=True, index="btree_not_null", ondelete="set null"
    )
    from_stage_id = fields.Many2one(
        "crm.stage", string="From", readonly=True, help="Empty: new, or back from being lost."
    )
    stage_id = fields.Many2one("crm.stage", string="To", readonly=True, help="Empty: lost.")
    moved_on = fields.Datetime(string="Moved at", required=True, readonly=True, index=True)
    days = fields.Float(
        string="Days in Stage", readonly=True, aggregator="avg", help="In the stage it left."
    )
    amount = fields.Monetary(
        string="Expected Revenue", readonly=True, help="As it was expected at this moment."
    )
    plan_id = fields.Many2one(
        "mail.activity.plan", string="Playbook Started", readonly=True, ondelete="set null"
    )

    # === CONSTRAINTS AND INDEXES === #
    _somewhere = models.Constraint(
        "CHECK (num_nonnulls(from_stage_id, stage_id) > 0)",
        "A move leads from a stage or into one.",
    )
    _playbook_once = models.UniqueIndex(
        "(lead_id, stage_id) WHERE plan_id IS NOT NULL",
        "The playbook of this stage has been started for this opportunity already.",
    )

    def _auto_init(self):
        is_new = not table_exists(self.env.cr, self._table)
        result = super()._auto_init()
        if is_new:
            self._find_old_moves()
        return result

    # === ACTION METHODS === #
    def action_open_record(self):
        """Open the opportunity."""
        self.ensure_one()
        return self.lead_id.get_formview_action()

    # === BUSINESS METHODS === #
    def _find_old_moves(self):
        """Take the moves before the addon from what was tracked of the stages.

        The first stage of an opportunity is the one that its first tracked move left, or where it
        still is. What it was worth then nobody knows any more, so today's amount stands in.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH tracked AS (
                    SELECT message.res_id AS lead_id, message.date AS moved_on, value.id,
                           old_stage.id AS from_stage_id, new_stage.id AS stage_id
                      FROM mail_tracking_value value
                      JOIN ir_model_fields field
                        ON field.id = value.field_id
                       AND field.model = 'crm.lead' AND field.name = 'stage_id'
                      JOIN mail_message message
                        ON message.id = value.mail_message_id AND message.model = 'crm.lead'
                      LEFT JOIN crm_stage old_stage ON old_stage.id = value.old_value_integer
                      JOIN crm_stage new_stage ON new_stage.id = value.new_value_integer
                ), first AS (
                    SELECT DISTINCT ON (lead_id) lead_id, from_stage_id
                      FROM tracked ORDER BY lead_id, moved_on, id
                ), moved AS (
                    SELECT lead_id, moved_on, from_stage_id, stage_id, id FROM tracked
                     UNION ALL
                    SELECT lead.id, lead.create_date, NULL,
                           CASE WHEN first.lead_id IS NULL THEN lead.stage_id
                                ELSE first.from_stage_id END, 0
                      FROM crm_lead lead
                      LEFT JOIN first ON first.lead_id = lead.id
                     WHERE lead.type = 'opportunity'
                )
                INSERT INTO sales_lead_stage_move (
                    lead_id, company_id, user_id, team_id, from_stage_id, stage_id, moved_on,
                    days, amount, create_uid, create_date, write_uid, write_date
                )
                SELECT lead.id, COALESCE(lead.company_id, team.company_id, owner.company_id,
                                         %(company)s),
                       lead.user_id, lead.team_id, moved.from_stage_id, moved.stage_id,
                       moved.moved_on,
                       EXTRACT(EPOCH FROM moved.moved_on - LAG(moved.moved_on) OVER (
                           PARTITION BY lead.id ORDER BY moved.moved_on, moved.id)) / 86400,
                       lead.expected_revenue, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s,
                       now() AT TIME ZONE 'UTC'
                  FROM moved
                  JOIN crm_lead lead ON lead.id = moved.lead_id
                  LEFT JOIN crm_team team ON team.id = lead.team_id
                  LEFT JOIN res_users owner ON owner.id = lead.user_id
                 WHERE num_nonnulls(moved.from_stage_id, moved.stage_id) > 0
                 ORDER BY moved.moved_on, moved.id
                """,
                company=self.env.company.id,
                uid=self.env.uid,
            )
        )
