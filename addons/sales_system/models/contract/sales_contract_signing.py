from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

SIGNING_STATE = [
    ("none", "Not Signed"),
    ("customer", "Signed by Customer"),
    ("company", "Signed by Us"),
    ("both", "Signed by Both"),
]
# What the other party sees on its portal.
SHOWN_STATES = ("sent", "active", "expired", "renewed", "replaced", "terminated")
SIGNATORY = "sales_system.group_sale_salesman_team"
PROTECTED_FIELDS = {"refused_by", "refused_on", "refusal_reason", "signature_ids"}


class SalesContract(models.Model):
    """Signing: both sides put their names under the document that was sent."""

    _name = "sales.contract"
    _inherit = ["sales.contract", "portal.mixin"]

    # === FIELDS === #
    signature_ids = fields.One2many(
        "sales.contract.signature", "contract_id", string="Signatures", readonly=True, copy=False
    )
    signing_state = fields.Selection(
        SIGNING_STATE,
        string="Signatures So Far",
        compute="_compute_signing_state",
        compute_sudo=True,
        store=True,
        copy=False,
    )
    sign_by = fields.Date(
        copy=False,
        help="Until the end of this day the link in the e-mail opens the contract and signs it.",
    )
    refused_by = fields.Char(readonly=True, copy=False)
    refused_on = fields.Datetime(readonly=True, copy=False)
    refusal_reason = fields.Text(readonly=True, copy=False)

    # === COMPUTE METHODS === #
    def _compute_access_url(self):
        for contract in self:
            contract.access_url = f"/my/contracts/{contract.id}"

    @api.depends("signature_ids.side", "signature_ids.withdrawn_on")
    def _compute_signing_state(self):
        for contract in self:
            sides = set(contract._get_signatures().mapped("side"))
            contract.signing_state = "both" if len(sides) == 2 else next(iter(sides), "none")

    # === CRUD METHODS === #
    def _check_not_protected(self, vals):
        super()._check_not_protected(vals)
        if not self.env.su and not PROTECTED_FIELDS.isdisjoint(vals):
            raise UserError(
                self.env._("Signatures and refusals of a contract are made by signing or refusing.")
            )

    # === ACTION METHODS === #
    def action_open_countersign(self):
        self._check_may_countersign()
        return self._open_wizard("sales.contract.countersign", self.env._("Sign for Us"))

    # === STATE === #
    def _update_state(self, allowed, target, **values):
        result = super()._update_state(allowed, target, **values)
        if target == "sent":
            self.sudo()._open_link()
        elif target == "draft":
            self.sudo()._withdraw_signatures()
        return result

    # === SIGNING === #
    def _get_signatures(self):
        """:return: signatures that count"""
        return self.signature_ids.filtered(lambda signature: not signature.withdrawn_on)

    def _get_signature_of(self, side):
        self.ensure_one()
        return self._get_signatures().filtered(lambda signature: signature.side == side)[:1]

    def _is_link_expired(self):
        self.ensure_one()
        today = fields.Date.context_today(self)
        return self.state == "sent" and bool(self.sign_by) and self.sign_by < today

    def _has_to_be_signed(self, side):
        self.ensure_one()
        return not self._get_signing_error(side)

    def _get_signing_error(self, side):
        """:return: sentence that says why a side cannot sign now, or False"""
        self.ensure_one()
        if signature := self._get_signature_of(side):
            return self.env._(
                "%(contract)s was signed by %(name)s on %(date)s already.",
                contract=self.display_name,
                name=signature.name,
                date=format_datetime(self.env, signature.signed_on),
            )
        if self.state != "sent":
            return self.env._(
                "%(contract)s is not waiting for signatures. Ask for it to be sent to you first.",
                contract=self.display_name,
            )
        if side == "customer" and self._is_link_expired():
            return self._get_link_error()
        return self._get_approval_error()

    def _get_closed_error(self):
        """:return: sentence for the other party about a contract that is not shown"""
        return self.env._(
            "Contract %(number)s is being prepared or has been withdrawn. You get a new link "
            "when it is ready to be signed.",
            number=self.name,
        )

    def _get_link_error(self):
        """:return: sentence about a link that is too old"""
        return self.env._(
            "The link to this contract expired on %(date)s. Ask %(person)s to send a new one.",
            date=format_date(self.env, self.sign_by),
            person=self.sudo().user_id.name or self.sudo().company_id.name,
        )

    def _sign(self, side, name, signature, ip=False):
        """Put a name under the document, as superuser; with the second one it takes effect.

        :param str side: "customer" or "company"
        :param str name: as the person who signs writes it
        :param signature: picture of it in base64
        """
        self.ensure_one()
        self._lock()
        if error := self._get_signing_error(side):
            raise UserError(error)
        name = (name or "").strip() if isinstance(name, str) else ""
        if not name or not signature:
            raise UserError(self.env._("Enter your name and your signature."))
        self._create_signature(side, name, signature, ip)
        self._on_signed(side, name)

    def _create_signature(self, side, name, signature, ip):
        user = self.env.user
        try:
            self.env["sales.contract.signature"].sudo().create(
                {
                    "contract_id": self.id,
                    "side": side,
                    "name": name[:100],
                    "user_id": False if user._is_public() else user.id,
                    "ip": ip,
                    "signature": signature,
                    "digest": self.sudo()._get_document_digest(),
                }
            ).flush_recordset()
        except (UserError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("The signature cannot be read. Draw it anew, or load a picture.")
            ) from error

    def _on_signed(self, side, name):
        contract = self.sudo()
        contract._tell(
            self.env._("Signed by %(name)s for the customer.", name=name)
            if side == "customer"
            else self.env._("Signed by %(name)s for us.", name=name)
        )
        if contract.signing_state == "both":
            contract._activate_signed()
        elif side == "customer":
            contract._remind_salesperson(self.env._("Countersign %(name)s", name=self.display_name))

    def _activate_signed(self):
        """Put contracts that both sides have signed into force, on the day they start."""
        for contract in self:
            today = fields.Date.context_today(contract)
            if contract.date_from > today:
                contract._tell(
                    self.env._(
                        "Signed by both sides. It comes into force on %(date)s.",
                        date=format_date(self.env, contract.date_from),
                    )
                )
                continue
            # A signature that was given stays, whatever keeps the contract from taking effect.
            try:
                with self.env.cr.savepoint():
                    contract._activate()
            except UserError as error:
                contract._tell(str(error))
                contract._remind_salesperson(
                    self.env._("Put %(name)s into force", name=contract.display_name)
                )

    @api.model
    def _cron_follow_dates(self):
        for company in self.env["res.company"].search([]):
            contracts = self.with_context(tz=company.partner_id.tz or "UTC")
            contracts.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "sent"),
                    ("signing_state", "=", "both"),
                    ("date_from", "<=", fields.Date.context_today(contracts)),
                ]
            )._activate_signed()
        return super()._cron_follow_dates()

    def _keep_signed_copy(self):
        """Keep what was signed as a file with the contract, where it can be made here."""
        self.ensure_one()
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() == "install":
            return
        content, extension = reports._render_qweb_pdf(
            "sales_system.sales_contract_report", self.ids
        )
        self.message_post(
            body=self.env._("The contract as it was signed."),
            attachments=[(f"{self._get_report_base_filename()}.{extension}", content)],
            subtype_xmlid="mail.mt_note",
        )

    def _spell_day(self, moment):
        """:return: day of a moment, in the time zone of the company and its document's language"""
        zone = self.sudo().company_id.partner_id.tz or "UTC"
        local = fields.Datetime.context_timestamp(self.with_context(tz=zone), moment)
        return self._spell_date(local.date())

    def _withdraw_signatures(self):
        signatures = self._get_signatures()
        signatures.withdrawn_on = fields.Datetime.now()
        # Before the next signature of the same side is inserted.
        signatures.flush_recordset()

    # === REFUSING === #
    def _refuse(self, name, reason):
        """Give the contract back with what the other party does not agree to, as superuser."""
        self.ensure_one()
        self._lock()
        if error := self._get_signing_error("customer"):
            raise UserError(error)
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what you do not agree to, so that we can change it."))
        self.action_draft()
        self.write(
            {"refused_by": name, "refused_on": fields.Datetime.now(), "refusal_reason": reason}
        )
        self._tell(
            self.env._("Refused by %(name)s: %(reason)s", name=name, reason=reason),
        )
        self._remind_salesperson(
            self.env._("%(name)s has been refused", name=self.display_name), reason
        )

    # === COUNTERSIGNING === #
    def _check_may_countersign(self):
        """:raises UserError: somebody signs for the company who may not"""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(SIGNATORY):
            raise UserError(
                self.env._(
                    "Contracts are signed for %(company)s by team leaders and administrators of "
                    "Sales. Ask one of them.",
                    company=self.company_id.name,
                )
            )
        if error := self._get_signing_error("company"):
            raise UserError(error)

    # === TELLING === #
    def _tell(self, body):
        for contract in self:
            # Who came by the link is the customer, as far as anybody knows.
            author = contract.partner_id if self.env.user._is_public() else None
            contract.message_post(
                body=body, subtype_xmlid="mail.mt_note", author_id=author and author.id
            )

    def _remind_salesperson(self, summary, note=""):
        for contract in self.filtered("user_id"):
            contract.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=contract.user_id.id,
            )
