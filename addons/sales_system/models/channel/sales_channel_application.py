from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ...engine.identity import identity_keys
from ..document.actions import prepare_wizard
from .res_partner import CHANNEL_TYPE

APPLICATION_STATE = [
    ("draft", "New"),
    ("review", "In Review"),
    ("trial", "On Trial"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
]
# What is decided on: fixed once it has been.
APPLIED_FIELDS = {
    "company_id",
    "applicant_name",
    "tax_id",
    "channel_type",
    "upstream_id",
    "territory_ids",
    "categ_ids",
    "currency_id",
    "expected_volume",
    "registered_capital",
    "years_in_business",
    "bank_reference",
    "credit_asked",
}
# Set by the actions only, as the state is.
PROTECTED_FIELDS = {
    "name",
    "partner_id",
    "contract_id",
    "authorization_id",
    "portal_user_id",
    "decided_on",
    "reject_reason",
}


class SalesChannelApplication(models.Model):
    """Application: a company that wants to become a channel partner, until it is one or not.

    Accepting it creates or updates the channel partner; nothing of it exists before.
    """

    _name = "sales.channel.application"
    _description = "Channel Application"
    _inherit = [
        "sales.state.mixin",
        "sales.protected.fields.mixin",
        "sales.team.mixin",
        "sales.number.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ("name", "applicant_name")
    _check_company_auto = True

    # === FIELDS === #
    state = fields.Selection(
        APPLICATION_STATE,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        string="Channel Manager",
        tracking=True,
        default=lambda self: self.env.user,
    )

    # === THE COMPANY === #
    applicant_name = fields.Char(string="Applicant", required=True, index="trigram", tracking=True)
    tax_id = fields.Char(string="Tax ID")
    contact_name = fields.Char()
    email = fields.Char(help="The portal user is invited by it.")
    phone = fields.Char()
    website = fields.Char()
    street = fields.Char()
    city = fields.Char()
    zip = fields.Char()
    country_id = fields.Many2one(
        "res.country",
        ondelete="restrict",
        default=lambda self: self.env.company.country_id,
    )

    # === WHAT IT ASKS FOR === #
    channel_type = fields.Selection(
        CHANNEL_TYPE, string="Kind of Channel", required=True, default="distributor", tracking=True
    )
    upstream_id = fields.Many2one(
        "res.partner",
        string="Buys From",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('channel_type', '!=', False)]",
        help="The channel partner above it. Empty: it buys from us.",
    )
    territory_ids = fields.Many2many(
        "sales.territory", string="Territories", ondelete="restrict", check_company=True
    )
    categ_ids = fields.Many2many(
        "product.category", string="Product Categories", ondelete="restrict"
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    expected_volume = fields.Monetary(string="Expected Yearly Volume", tracking=True)
    note = fields.Text()

    # === CREDIT === #
    registered_capital = fields.Monetary(aggregator=None)
    years_in_business = fields.Integer(aggregator="avg")
    bank_reference = fields.Char(help="The bank that knows the company, and what it says of it.")
    credit_asked = fields.Monetary(string="Credit Asked For", tracking=True)

    # === DECIDING === #
    check_ids = fields.One2many(
        "sales.channel.application.check",
        "application_id",
        string="Checklist",
        compute="_compute_check_ids",
        store=True,
        readonly=False,
    )
    open_check_count = fields.Integer(
        string="Open Checks", compute="_compute_open_check_count", compute_sudo=True
    )
    similar_partner_ids = fields.Many2many(
        "res.partner", string="Known Already", compute="_compute_similar_partner_ids"
    )
    decided_on = fields.Date(readonly=True, copy=False)
    reject_reason = fields.Text(readonly=True, copy=False, tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Channel Partner",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    contract_id = fields.Many2one(
        "sales.contract", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    authorization_id = fields.Many2one(
        "sales.channel.authorization",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    portal_user_id = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )

    # === CONSTRAINTS AND INDEXES === #
    _amounts_not_negative = models.Constraint(
        "CHECK (expected_volume >= 0 AND registered_capital >= 0 AND credit_asked >= 0)",
        "Volume, capital and credit of an application cannot be negative.",
    )
    _years_not_negative = models.Constraint(
        "CHECK (years_in_business >= 0)", "A company cannot be in business for less than 0 years."
    )

    # === COMPUTE METHODS === #
    @api.depends("company_id")
    def _compute_currency_id(self):
        for application in self:
            application.currency_id = application.company_id.currency_id

    @api.depends("name", "applicant_name")
    def _compute_display_name(self):
        for application in self:
            application.display_name = f"{application.name} {application.applicant_name or ''}"

    @api.depends("channel_type", "company_id")
    def _compute_check_ids(self):
        """Take the checks of the kind of channel, as long as nobody has worked on any."""
        for application in self:
            if any(check.is_done or check.waive_reason for check in application.check_ids):
                continue
            checks = self.env["sales.channel.check"].search(
                [
                    ("company_id", "in", (False, application.company_id.id)),
                    ("channel_type", "in", (False, application.channel_type)),
                ]
            )
            application.check_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "sequence": check.sequence,
                            "name": check.name,
                            "is_required": check.is_required,
                        }
                    )
                    for check in checks
                ),
            ]

    @api.depends("check_ids.is_open")
    def _compute_open_check_count(self):
        for application in self:
            application.open_check_count = len(application.check_ids.filtered("is_open"))

    @api.depends("applicant_name", "tax_id", "phone", "email", "website", "country_id")
    @api.depends_context("uid")
    def _compute_similar_partner_ids(self):
        found = self._find_similar_partners()
        partners = self.env["res.partner"].browse(set().union(*found.values()))
        partners = partners._filtered_access("read")
        for application in self:
            ids = found.get(application, ())
            application.similar_partner_ids = partners.filtered(lambda p, ids=ids: p.id in ids)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        applications = super().create(vals_list)
        # Their lines are computed when they are asked for, and a search for lines does not ask.
        applications.mapped("check_ids")
        return applications

    def write(self, vals):
        self._check_not_protected(vals)
        if not APPLIED_FIELDS.isdisjoint(vals):
            self._check_undecided()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reviewed(self):
        for application in self:
            if application.state != "draft":
                raise UserError(
                    self.env._(
                        "%(application)s has been reviewed and stays as a record. Reject it "
                        "instead.",
                        application=application.display_name,
                    )
                )

    # === BUSINESS METHODS === #
    def _check_undecided(self):
        """:raises UserError: the company is a channel partner already, or will not be one"""
        for application in self:
            if application.state not in ("draft", "review"):
                raise UserError(
                    self.env._(
                        "%(application)s is decided and is not changed any more. Change the "
                        "channel partner, its contract or its authorization instead.",
                        application=application.display_name,
                    )
                )

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of an application cannot be set by hand. Use its buttons instead.",
            fields=labels,
        )

    def _get_identity_keys(self):
        """:return: sorted list of (kind, key) by which the company is recognised"""
        self.ensure_one()
        return identity_keys(
            name=self.applicant_name,
            tax_id=self.tax_id,
            phones=(self.phone,),
            addresses=(self.email, self.website),
            country=self.country_id.code,
            calling_code=self.country_id.phone_code,
        )

    def _find_similar_partners(self, kinds=None):
        """:return: dict of application → set of ids of companies, whoever may see them"""
        keys = [
            # By their place, for several may be unsaved.
            (number, application.company_id.id, kind, key, application.country_id.id)
            for number, application in enumerate(self)
            if application.company_id
            for kind, key in application._get_identity_keys()
            if not kinds or kind in kinds
        ]
        if not keys:
            return {}
        numbers, companies, kinds, texts, countries = map(list, zip(*keys, strict=True))
        search = self.env["sales.identity.search"]
        sought = SQL(
            """
            SELECT * FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[], %s::int[])
                       AS sought (id, company_id, kind, key, country_id)
            """,
            numbers,
            companies,
            kinds,
            texts,
            [country or None for country in countries],
        )
        found = search._keep_same(self.env.execute_query(search._partners_sql(sought)))
        return {self[number]: ids for number, ids in found.items()}

    def _open_record(self, field):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self[field]._name,
            "res_id": self[field].id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _open_wizard(self, model, name):
        self.ensure_one()
        self.check_access("write")
        return prepare_wizard(model, name, application_id=self.id)
