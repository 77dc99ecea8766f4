from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.identity import identity_keys

DEAL_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("approved", "Approved"),
    ("conflict", "Conflict"),
    ("rejected", "Rejected"),
    ("converted", "Opportunity"),
    ("expired", "Expired"),
    ("closed", "Closed"),
]
# While the days of its protection last, the customer is the partner's alone.
PROTECTED_STATES = ("approved", "converted")
# By what the customer is recognised.
IDENTITY_FIELDS = {
    "company_id",
    "partner_id",
    "customer_name",
    "customer_tax_id",
    "customer_phone",
    "customer_email",
    "customer_website",
    "country_id",
}
# What the partner has said: fixed once it is submitted.
SUBMITTED_FIELDS = IDENTITY_FIELDS | {
    "customer_contact",
    "city",
    "currency_id",
    "expected_amount",
    "expected_date",
    "categ_id",
}
# Set by the actions only, as the state is.
PROTECTED_FIELDS = {
    "name",
    "submitted_on",
    "submitted_by_id",
    "date_from",
    "date_to",
    "extension_count",
    "extension_reason",
    "reject_reason",
    "lead_id",
    "reminded_for",
}


class SalesDealRegistration(models.Model):
    """Deal registration: a channel partner tells of an end customer and the deal expected there.

    Once approved, the customer is protected: in that time no other channel partner gets an
    approval for the same one. What makes it the same are its keys, see
    ``sales.deal.registration.key``, on which the database itself keeps partners apart.
    """

    _name = "sales.deal.registration"
    _description = "Deal Registration"
    _inherit = [
        "sales.state.mixin",
        "sales.protected.fields.mixin",
        "sales.number.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ("name", "customer_name")
    _check_company_auto = True

    # === FIELDS === #
    state = fields.Selection(
        DEAL_STATE,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Channel Partner",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
        domain="[('channel_type', '!=', False), ('channel_state', 'in', ('trial', 'active'))]",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Channel Manager",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )

    # === THE CUSTOMER === #
    customer_name = fields.Char(string="Customer", required=True, index="trigram", tracking=True)
    customer_tax_id = fields.Char(string="Tax ID")
    customer_contact = fields.Char(string="Contact")
    customer_phone = fields.Char(string="Phone")
    customer_email = fields.Char(string="Email")
    customer_website = fields.Char(string="Website")
    city = fields.Char()
    country_id = fields.Many2one(
        "res.country",
        ondelete="restrict",
        default=lambda self: self.env.company.country_id,
        help="National phone numbers are taken for numbers of this country.",
    )

    # === THE DEAL === #
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    expected_amount = fields.Monetary(tracking=True)
    expected_date = fields.Date(string="Expected Closing", tracking=True)
    categ_id = fields.Many2one(
        "product.category", string="Product Category", index="btree_not_null", ondelete="restrict"
    )
    note = fields.Text(string="About the Deal")

    # === PROTECTION === #
    submitted_on = fields.Date(readonly=True, copy=False)
    submitted_by_id = fields.Many2one(
        "res.partner",
        string="Submitted by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    date_from = fields.Date(string="Protected From", readonly=True, copy=False)
    date_to = fields.Date(
        string="Protected Until", readonly=True, copy=False, index=True, tracking=True
    )
    is_protected = fields.Boolean(string="Protected", compute="_compute_is_protected")
    extension_count = fields.Integer(
        string="Extensions", readonly=True, copy=False, aggregator=None, tracking=True
    )
    extension_reason = fields.Text(
        string="Extension Asked For",
        readonly=True,
        copy=False,
        tracking=True,
        help="Why the channel partner asks for a longer protection. Empty: nothing is asked for.",
    )
    reject_reason = fields.Text(readonly=True, copy=False, tracking=True)
    reminded_for = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The end of the protection that its people have been reminded of.",
    )
    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    # === CONSTRAINTS AND INDEXES === #
    _amount_not_negative = models.Constraint(
        "CHECK (expected_amount >= 0)", "The expected amount of a deal cannot be negative."
    )
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)", "A protection cannot end before it starts."
    )

    # === COMPUTE METHODS === #
    @api.depends("partner_id.channel_manager_id")
    def _compute_user_id(self):
        for registration in self:
            registration.user_id = registration.partner_id.channel_manager_id

    @api.depends("company_id")
    def _compute_currency_id(self):
        for registration in self:
            registration.currency_id = registration.company_id.currency_id

    @api.depends("name", "customer_name")
    def _compute_display_name(self):
        for registration in self:
            registration.display_name = f"{registration.name} {registration.customer_name or ''}"

    @api.depends("state", "date_to")
    def _compute_is_protected(self):
        for registration in self:
            registration.is_protected = (
                registration.state in PROTECTED_STATES
                and registration.date_to >= registration._today()
            )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        registrations = super().create(vals_list)
        registrations._renew_keys()
        return registrations

    def write(self, vals):
        self._check_not_protected(vals)
        if not SUBMITTED_FIELDS.isdisjoint(vals):
            self._check_not_submitted()
        result = super().write(vals)
        if not IDENTITY_FIELDS.isdisjoint(vals):
            self._renew_keys()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for registration in self:
            if registration.state != "draft":
                raise UserError(
                    self.env._(
                        "%(registration)s has been submitted and stays as a record of who "
                        "registered the customer when. Reject or close it instead.",
                        registration=registration.display_name,
                    )
                )

    # === BUSINESS METHODS === #
    def _today(self):
        """:return: the day that it is for the company, whoever asks"""
        company = self.company_id[:1] or self.env.company
        return fields.Date.context_today(self.with_context(tz=company.partner_id.tz or "UTC"))

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a deal registration cannot be set by hand. Use its buttons instead.",
            fields=labels,
        )

    def _check_not_submitted(self):
        """:raises UserError: the partner has said what it says"""
        for registration in self:
            if registration.state != "draft":
                raise UserError(
                    self.env._(
                        "%(registration)s has been submitted, and what was registered is not "
                        "changed any more. Take it back to draft first.",
                        registration=registration.display_name,
                    )
                )

    # === KEYS === #
    def _get_identity_keys(self):
        """:return: sorted list of (kind, key) by which the customer is recognised"""
        self.ensure_one()
        return identity_keys(
            name=self.customer_name,
            tax_id=self.customer_tax_id,
            phones=(self.customer_phone,),
            addresses=(self.customer_email, self.customer_website),
            country=self.country_id.code,
            calling_code=self.country_id.phone_code,
        )

    def _renew_keys(self):
        keys = self.env["sales.deal.registration.key"].sudo()
        keys.search([("registration_id", "in", self.ids)]).unlink()
        keys.create(
            [
                {
                    "registration_id": registration.id,
                    "company_id": registration.company_id.id,
                    "partner_id": registration.partner_id.id,
                    "kind": kind,
                    "key": key,
                }
                for registration in self
                for kind, key in registration._get_identity_keys()
            ]
        )
