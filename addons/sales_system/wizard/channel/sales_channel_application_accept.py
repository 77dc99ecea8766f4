from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

TEMPLATE = "sales_system.sales_contract_template_distribution"


class SalesChannelApplicationAccept(models.TransientModel):
    """Accepting an application: who the channel partner is, and what is created for it."""

    _name = "sales.channel.application.accept"
    _description = "Accept Channel Application"

    # === FIELDS === #
    application_id = fields.Many2one("sales.channel.application", required=True, readonly=True)
    company_id = fields.Many2one(related="application_id.company_id")
    outcome = fields.Selection(
        [("trial", "On trial"), ("active", "As an active channel partner")],
        string="Starts",
        required=True,
        default="trial",
    )
    candidate_ids = fields.Many2many("res.partner", compute="_compute_candidate_ids")
    partner_choice = fields.Selection(
        [("new", "A new contact"), ("existing", "A contact that exists")],
        string="Channel Partner",
        compute="_compute_partner_choice",
        store=True,
        readonly=False,
        precompute=True,
        help="Where contacts are known that could be the same company, this has to be chosen.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('is_company', '=', True), ('company_id', 'in', (company_id, False))]",
    )
    grade_id = fields.Many2one("res.partner.grade", string="Level")
    user_id = fields.Many2one(
        "res.users",
        string="Channel Manager",
        required=True,
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(
        string="To",
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
    )
    draft_contract = fields.Boolean(string="Draft a distribution contract", default=True)
    contract_template_id = fields.Many2one(
        "sales.contract.template",
        default=lambda self: self.env.ref(TEMPLATE, raise_if_not_found=False),
    )
    draft_authorization = fields.Boolean(string="Draft an authorization", default=True)
    invite = fields.Boolean(string="Invite to the portal", default=True)
    invite_email = fields.Char(
        string="Invited By Email",
        compute="_compute_invite_email",
        store=True,
        readonly=False,
        precompute=True,
    )

    # === COMPUTE METHODS === #
    @api.depends("application_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = wizard.application_id.similar_partner_ids

    @api.depends("application_id")
    def _compute_partner_choice(self):
        for wizard in self:
            wizard.partner_choice = False if wizard.candidate_ids else "new"

    @api.depends("partner_choice")
    def _compute_partner_id(self):
        for wizard in self:
            is_only_one = wizard.partner_choice == "existing" and len(wizard.candidate_ids) == 1
            wizard.partner_id = wizard.candidate_ids if is_only_one else wizard.partner_id

    @api.depends("application_id")
    def _compute_user_id(self):
        for wizard in self:
            wizard.user_id = wizard.application_id.user_id or self.env.user

    @api.depends("date_from")
    def _compute_date_to(self):
        for wizard in self:
            wizard.date_to = wizard.date_from and wizard.date_from + relativedelta(years=1, days=-1)

    @api.depends("application_id")
    def _compute_invite_email(self):
        for wizard in self:
            wizard.invite_email = wizard.application_id.email

    # === ACTION METHODS === #
    def action_accept(self):
        self.ensure_one()
        if error := self._get_choice_error():
            raise UserError(error)
        self.application_id._accept(self)
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #
    def _get_choice_error(self):
        """:return: sentence that says what has to be chosen, or False"""
        if not self.partner_choice:
            return self.env._(
                "There are contacts that could be %(applicant)s: %(candidates)s. Choose one of "
                "them, or say that it is a new contact.",
                applicant=self.application_id.applicant_name,
                candidates=", ".join(self.candidate_ids.mapped("display_name")),
            )
        if self.partner_choice == "existing" and not self.partner_id:
            return self.env._("Choose the contact that becomes the channel partner.")
        if self.date_to < self.date_from:
            return self.env._("The contract and the authorization cannot end before they start.")
        return False
