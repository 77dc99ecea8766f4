from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .sales_pool_move import POOL_MODELS

# What is shown of every record of a pool, whoever looks.
COLUMNS = SQL(
    """
    COALESCE(record.pool_id, record.claimed_pool_id) AS pool_id, record.user_id,
    record.pool_since, record.pool_reason, record.claimed_on, record.protected_until,
    record.last_contact_on
    """
)


class SalesPoolRecord(models.Model):
    """A lead or customer that lies in a pool or was claimed from it, without what is hidden.

    A query, no table: name, phone and e-mail are not among its columns, but are read from the
    record itself with the rights that the user has there.
    """

    _name = "sales.pool.record"
    _description = "Record of a Public Pool"
    _auto = False
    _order = "pool_since desc, id desc"
    _rec_name = "name"
    _depends = {
        "sales.pool": ["company_id"],
        "crm.lead": ["pool_id", "claimed_pool_id", "user_id", "active", "partner_id", "pool_since"],
        "res.partner": ["pool_id", "claimed_pool_id", "user_id", "active", "territory_id"],
        "sales.customer.profile": ["level_id"],
    }

    res_model = fields.Selection(POOL_MODELS, string="Type", readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)
    pool_id = fields.Many2one("sales.pool", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    level_id = fields.Many2one("sales.customer.level", string="Customer Level", readonly=True)
    city = fields.Char(readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    pool_since = fields.Datetime(string="In the Pool Since", readonly=True)
    pool_reason = fields.Char(string="Why in the Pool", readonly=True)
    claimed_on = fields.Datetime(readonly=True)
    protected_until = fields.Date(readonly=True)
    last_contact_on = fields.Datetime(string="Last Contact", readonly=True)
    days_in_pool = fields.Integer(string="Days in the Pool", compute="_compute_days_in_pool")
    # Of the record itself.
    name = fields.Char(compute="_compute_shown", search="_search_name")
    phone = fields.Char(compute="_compute_shown")
    email = fields.Char(compute="_compute_shown")
    is_hidden = fields.Boolean(compute="_compute_shown")
    may_give_back = fields.Boolean(compute="_compute_may_give_back")
    claim_limit = fields.Integer(related="pool_id.claim_limit")
    claims_left = fields.Integer(related="pool_id.claims_left", related_sudo=False)
    looks_left = fields.Integer(related="pool_id.looks_left", related_sudo=False)

    # === COMPUTE METHODS === #
    @api.depends("pool_since")
    def _compute_days_in_pool(self):
        now = fields.Datetime.now()
        for record in self:
            record.days_in_pool = (now - record.pool_since).days if record.pool_since else 0

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_shown(self):
        for model, rows in self.grouped("res_model").items():
            records = self.env[model].browse(rows.mapped("res_id"))._filtered_access("read")
            shown = {record.id: record for record in records}
            email = "email" if model == "res.partner" else "email_from"
            for row in rows:
                record = shown.get(row.res_id)
                row.is_hidden = not record
                row.name = record.display_name if record else records._get_masked_name(row.res_id)
                row.phone = record.phone if record else False
                row.email = record[email] if record else False

    @api.model
    def _search_name(self, operator, value):
        """Find what the user may read only: a search tells nothing about what is hidden."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        return Domain.OR(
            Domain("res_model", "=", model)
            & Domain("res_id", "in", self.env[model]._search([("display_name", operator, value)]))
            for model, _label in POOL_MODELS
        )

    @api.depends("pool_id", "user_id")
    @api.depends_context("uid")
    def _compute_may_give_back(self):
        for model, rows in self.grouped("res_model").items():
            # Browsed at once, so that they are read at once.
            records = self.env[model].browse(rows.mapped("res_id"))
            for row, record in zip(rows, records, strict=True):
                row.may_give_back = not row.user_id and record._is_pool_manager()

    # === ACTION METHODS === #
    def action_claim(self):
        """Claim the records, of both kinds at once."""
        action = True
        for records in self._get_records():
            action = records.action_claim()
        return action

    def action_look(self):
        self.ensure_one()
        return self._get_records()[0].action_look()

    def action_open(self):
        self.ensure_one()
        return self._get_records()[0]._get_pool_form_action()

    def action_open_return(self):
        """Ask why, then return them; one kind at a time."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return to the Pool"),
            "res_model": "sales.pool.return",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def action_give_back(self):
        for records in self._get_records():
            records.action_give_back()
        return True

    # === BUSINESS METHODS === #
    def _get_records(self):
        """:return: list of the records behind these, one recordset for each model, in an order
        that is the same in every session
        """
        self.check_access("read")
        return [
            self.env[model].browse(rows.mapped("res_id"))
            for model, rows in sorted(self.grouped("res_model").items())
        ]

    # === QUERIES === #
    @property
    def _table_query(self):
        lead = SQL(
            """
            SELECT record.id * 2 AS id, 'crm.lead' AS res_model, record.id AS res_id,
                   head.id AS head_id, head.territory_id, COALESCE(record.city, head.city) AS city,
                   COALESCE(record.country_id, head.country_id) AS country_id, %s
              FROM crm_lead record
              LEFT JOIN res_partner contact ON contact.id = record.partner_id
              LEFT JOIN res_partner head ON head.id = contact.commercial_partner_id
             WHERE record.active
            """,
            COLUMNS,
        )
        customer = SQL(
            """
            SELECT record.id * 2 + 1 AS id, 'res.partner' AS res_model, record.id AS res_id,
                   record.id AS head_id, record.territory_id, record.city, record.country_id, %s
              FROM res_partner record WHERE record.active
            """,
            COLUMNS,
        )
        # Each part has the index of its own column.
        parts = SQL(" UNION ALL ").join(
            SQL("%s AND record.%s IS NOT NULL AND %s", source, SQL.identifier(column), owner)
            for source in (lead, customer)
            for column, owner in (
                ("pool_id", SQL("record.user_id IS NULL")),
                ("claimed_pool_id", SQL("record.user_id IS NOT NULL")),
            )
        )
        return SQL(
            """
            SELECT record.*, pool.company_id, profile.level_id
              FROM (%s) record
              JOIN sales_pool pool ON pool.id = record.pool_id
              LEFT JOIN sales_customer_profile profile
                ON profile.partner_id = record.head_id AND profile.company_id = pool.company_id
            """,
            parts,
        )
