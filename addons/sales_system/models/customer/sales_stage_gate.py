from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, is_html_empty


class SalesStageGate(models.Model):
    """Stage gate: what an opportunity needs to come into a stage, and what is to be done there.

    For an opportunity the gate of its team counts, else that of the nearest team above, else the
    one of all teams: it alone.
    """

    _name = "sales.stage.gate"
    _description = "Stage Gate"
    _order = "stage_id, team_id, id"
    _rec_name = "stage_id"

    # === FIELDS === #
    stage_id = fields.Many2one("crm.stage", required=True, index=True, ondelete="cascade")
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        index="btree_not_null",
        ondelete="cascade",
        help="This team and all below it that have no gate of their own. Empty: all teams.",
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True)
    active = fields.Boolean(default=True)
    field_ids = fields.Many2many(
        "ir.model.fields",
        relation="sales_stage_gate_field_rel",
        column1="gate_id",
        column2="field_id",
        string="Required Fields",
        groups="sales_team.group_sale_manager",
        domain="[('model', '=', 'crm.lead')]",
    )
    document_count = fields.Integer(
        string="Required Documents", help="So many files are attached to the opportunity."
    )
    document_names = fields.Char(
        string="Named Documents",
        help="Words that stand in the names of attached files, separated by commas: one file for "
        "each of them.",
    )
    activity_type_ids = fields.Many2many(
        "mail.activity.type",
        relation="sales_stage_gate_activity_type_rel",
        column1="gate_id",
        column2="type_id",
        string="Required Activities",
        domain="[('res_model', 'in', (False, 'crm.lead'))]",
        help="One activity of each of these types has been done.",
    )
    allow_override = fields.Boolean(
        string="Leaders May Pass",
        help="Leaders may move an opportunity here that lacks something, and have to say why.",
    )
    plan_id = fields.Many2one(
        "mail.activity.plan",
        string="Playbook",
        ondelete="restrict",
        domain="[('res_model', '=', 'crm.lead'), ('company_id', 'in', (False, company_id))]",
        help="Activities that are scheduled when an opportunity comes into the stage for the "
        "first time.",
    )
    guide = fields.Html(
        translate=True, help="What to do in this stage: shown on the opportunity while it is here."
    )

    # === CONSTRAINTS AND INDEXES === #
    _stage_team_unique = models.UniqueIndex(
        "(stage_id, COALESCE(team_id, 0)) WHERE active",
        "This stage has a gate for this team already: change that one.",
    )
    _document_count_range = models.Constraint(
        "CHECK (COALESCE(document_count, 0) BETWEEN 0 AND 100)",
        "A gate asks for at most 100 documents, and not for fewer than none.",
    )

    # === CONSTRAINT METHODS === #
    @api.constrains("field_ids")
    def _check_field_ids(self):
        for field in self.sudo().field_ids:
            if field.model != "crm.lead":
                raise ValidationError(
                    self.env._(
                        "%(field)s is a field of %(model)s: a stage can only require fields of "
                        "the opportunity.",
                        field=field.field_description,
                        model=field.model,
                    )
                )

    @api.constrains("plan_id")
    def _check_plan_id(self):
        for gate in self:
            if gate.plan_id and gate.plan_id.res_model != "crm.lead":
                raise ValidationError(
                    self.env._(
                        "The playbook %(plan)s is not for opportunities: choose another one.",
                        plan=gate.plan_id.name,
                    )
                )

    # === BUSINESS METHODS === #
    @api.model
    def _get_gates(self, leads):
        """:return: dict of lead → the gate of the stage it is in, without leads that have none"""
        gates = self.sudo().search([("stage_id", "in", leads.stage_id.ids)])
        by_place = {(gate.stage_id, gate.team_id): gate for gate in gates}
        found = {}
        for lead in leads if gates else ():
            path = (lead.team_id.parent_path or "").rstrip("/").split("/")
            teams = [self.env["crm.team"].browse(int(team)) for team in reversed(path) if team]
            for team in (*teams, self.env["crm.team"]):
                if gate := by_place.get((lead.stage_id, team)):
                    found[lead] = gate
                    break
        return found

    def _get_missing(self, leads):
        """Find what leads lack for this gate; the number of statements is the same for all.

        :param leads: as superuser
        :return: dict of lead → labels of what is missing, without leads that lack nothing
        """
        self.ensure_one()
        files = self._get_file_names(leads)
        done = self._get_done_types(leads)
        found = {
            lead: [
                *self._get_missing_fields(lead),
                *self._get_missing_documents(files.get(lead.id, [])),
                *self._get_missing_activities(done.get(lead.id, [])),
            ]
            for lead in leads
        }
        return {lead: missing for lead, missing in found.items() if missing}

    # === WHAT IS MISSING === #
    def _get_missing_fields(self, lead):
        for name in self.field_ids.mapped("name"):
            field = lead._fields[name]
            value = lead[name]
            if field.type == "html":
                value = not is_html_empty(value)
            elif isinstance(value, str):
                value = value.strip()
            if not value:
                yield field._description_string(self.env)

    def _get_missing_documents(self, names):
        lacking = self.document_count - len(names)
        if lacking > 0:
            yield self.env._("%(count)s more documents", count=lacking)
        for word in filter(None, map(str.strip, (self.document_names or "").split(","))):
            if not any(word.lower() in name.lower() for name in names):
                yield self.env._("a document “%(word)s”", word=word)

    def _get_missing_activities(self, done):
        for activity_type in self.activity_type_ids:
            if activity_type.id not in done:
                yield self.env._("a finished activity “%(type)s”", type=activity_type.name)

    def _get_file_names(self, leads):
        """:return: dict of lead id → names of the attached files"""
        if not (self.document_count or self.document_names):
            return {}
        self.env["ir.attachment"].flush_model(["name", "res_model", "res_id", "res_field"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT res_id, array_agg(name) FROM ir_attachment
                     WHERE res_model = 'crm.lead' AND res_field IS NULL AND res_id = ANY(%s)
                     GROUP BY res_id
                    """,
                    leads.ids,
                )
            )
        )

    def _get_done_types(self, leads):
        """:return: dict of lead id → ids of the types of the activities that were done"""
        if not self.activity_type_ids:
            return {}
        self.env["mail.message"].flush_model(["model", "res_id", "mail_activity_type_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT res_id, array_agg(DISTINCT mail_activity_type_id) FROM mail_message
                     WHERE model = 'crm.lead' AND res_id = ANY(%s)
                       AND mail_activity_type_id = ANY(%s)
                     GROUP BY res_id
                    """,
                    leads.ids,
                    self.activity_type_ids.ids,
                )
            )
        )
