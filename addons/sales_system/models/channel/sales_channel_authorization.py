from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

AUTHORIZATION_STATE = [
    ("draft", "Draft"),
    ("active", "Active"),
    ("ended", "Ended"),
]
# What others rely on: fixed once the authorization is active.
TERM_FIELDS = {
    "company_id",
    "partner_id",
    "territory_ids",
    "categ_ids",
    "date_from",
    "date_to",
    "is_exclusive",
    "contract_id",
}
# Set by the actions only, as the state is.
PROTECTED_FIELDS = {
    "name",
    "renewed_from_id",
    "revocation_date",
    "revocation_reason",
    "reminded_for",
}


class SalesChannelAuthorization(models.Model):
    """Authorization: where and with what a channel partner may sell, from one day to another.

    Without a territory it is for everywhere, without a category for all products; what lies
    below a territory or a category belongs to it. What an authorization means for others, and
    for the days that are over, stands in its *rights*, see ``sales.channel.authorization.right``.
    """

    _name = "sales.channel.authorization"
    _description = "Channel Authorization"
    _inherit = [
        "sales.state.mixin",
        "sales.protected.fields.mixin",
        "sales.team.mixin",
        "sales.number.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    # === FIELDS === #
    state = fields.Selection(
        AUTHORIZATION_STATE,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Channel Partner",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
        domain="[('channel_type', '!=', False)]",
    )
    territory_ids = fields.Many2many(
        "sales.territory",
        "sales_channel_authorization_territory_rel",
        "authorization_id",
        "territory_id",
        string="Territories",
        ondelete="restrict",
        check_company=True,
        # One that is archived would else look like none, which is everywhere.
        context={"active_test": False},
        help="With all territories below them. Empty: everywhere.",
    )
    categ_ids = fields.Many2many(
        "product.category",
        "sales_channel_authorization_categ_rel",
        "authorization_id",
        "categ_id",
        string="Product Categories",
        ondelete="restrict",
        help="With all categories below them. Empty: all products.",
    )
    is_exclusive = fields.Boolean(
        string="Exclusive",
        tracking=True,
        help="Nobody else is authorized for any of it in these days, apart from those who buy "
        "from this channel partner, and those it buys from.",
    )
    date_from = fields.Date(
        string="Start", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date(string="End", tracking=True, help="The last day. Empty for an open end.")
    date_end = fields.Date(
        string="Last Day",
        compute="_compute_date_end",
        store=True,
        index="btree_not_null",
        help="The end, or the day as of which the authorization was revoked.",
    )
    revocation_date = fields.Date(
        string="Revoked As Of",
        readonly=True,
        copy=False,
        tracking=True,
        help="The last day of an authorization that was revoked.",
    )
    revocation_reason = fields.Text(readonly=True, copy=False, tracking=True)
    contract_id = fields.Many2one(
        "sales.contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="['|', ('commercial_partner_id', '=', partner_id), "
        "('channel_partner_id', '=', partner_id)]",
        help="The contract that promises it.",
    )
    renewed_from_id = fields.Many2one(
        "sales.channel.authorization",
        string="Renews",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    renewal_ids = fields.One2many("sales.channel.authorization", "renewed_from_id")
    user_id = fields.Many2one(
        string="Channel Manager",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    reminded_for = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The last day that the channel manager has been reminded of.",
    )
    note = fields.Html(string="Notes")

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "An authorization cannot end before it starts: correct the start or the end.",
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for authorization in self:
            authorization.display_name = " ".join(
                filter(None, (authorization.name, authorization.partner_id.name))
            )

    @api.depends("date_to", "revocation_date")
    def _compute_date_end(self):
        for authorization in self:
            days = filter(None, (authorization.date_to, authorization.revocation_date))
            authorization.date_end = min(days, default=False)

    @api.depends("partner_id.channel_manager_id")
    def _compute_user_id(self):
        for authorization in self:
            authorization.user_id = authorization.partner_id.channel_manager_id or self.env.user

    # === CONSTRAINT METHODS === #
    @api.constrains("partner_id")
    def _check_partner(self):
        for authorization in self:
            if not authorization.partner_id.channel_type:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is no channel partner and cannot be authorized. Choose one, "
                        "or set its kind of channel first.",
                        partner=authorization.partner_id.display_name,
                    )
                )

    @api.constrains("contract_id", "partner_id", "date_from", "date_to")
    def _check_contract(self):
        for authorization in self:
            if authorization.contract_id and (error := authorization._get_contract_error()):
                raise ValidationError(error)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        authorizations = super().create(vals_list)
        authorizations._check_contract_access()
        return authorizations

    def write(self, vals):
        self._check_not_protected(vals)
        if not TERM_FIELDS.isdisjoint(vals):
            self._check_terms_open()
        result = super().write(vals)
        if "contract_id" in vals:
            self._check_contract_access()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_granted(self):
        for authorization in self:
            if authorization.state != "draft":
                raise UserError(
                    self.env._(
                        "%(authorization)s has been granted and stays as a record of it. Revoke "
                        "it instead; only drafts can be deleted.",
                        authorization=authorization.display_name,
                    )
                )

    # === ACTION METHODS === #
    def action_activate(self):
        """Grant what the drafts say, provided that it is nobody else's."""
        self._check_state("draft")
        for authorization in self:
            if error := authorization._get_activation_error():
                raise UserError(error)
        self._update_state(("draft",), "active")
        self.env["sales.channel.authorization.right"]._rebuild(self)
        return True

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of an authorization cannot be set by hand. Use the buttons of the "
            "authorization instead.",
            fields=labels,
        )

    def _check_contract_access(self):
        """:raises AccessError: the contract is one that the user may not see"""
        if not self.env.su:
            self.contract_id.check_access("read")

    def _check_terms_open(self):
        """:raises UserError: others rely on the terms already"""
        for authorization in self:
            if authorization.state != "draft":
                raise UserError(
                    self.env._(
                        "%(authorization)s has been granted, so where, with what and when it is "
                        "valid is not changed any more. Revoke it and draft another one.",
                        authorization=authorization.display_name,
                    )
                )

    def _get_contract_error(self):
        """:return: sentence where the contract does not promise this, or None"""
        self.ensure_one()
        contract = self.contract_id.sudo()
        if self.partner_id != contract.channel_partner_id and not contract._is_party(
            self.partner_id
        ):
            return self.env._(
                "%(partner)s is no party to contract %(contract)s. Choose a contract of theirs.",
                partner=self.partner_id.display_name,
                contract=contract.name,
            )
        # A contract that is renewed tacitly goes on until somebody ends it.
        last = contract.termination_date or (contract.renewal != "tacit" and contract.date_end)
        if self.date_from < contract.date_from or (
            last and (not self.date_to or self.date_to > last)
        ):
            return self.env._(
                "%(start)s – %(end)s lies outside of contract %(contract)s, which is valid "
                "%(contract_start)s – %(contract_end)s. Correct the start or the end of the "
                "authorization.",
                start=format_date(self.env, self.date_from),
                end=self._format_end(self.date_to),
                contract=contract.name,
                contract_start=format_date(self.env, contract.date_from),
                contract_end=self._format_end(last),
            )
        return None

    def _get_activation_error(self):
        """Hook: what keeps a draft from becoming active.

        :return: sentence, or None
        """
        self.ensure_one()
        if self.partner_id.channel_state not in ("suspended", "ended"):
            return None
        labels = dict(self.partner_id._fields["channel_state"]._description_selection(self.env))
        return self.env._(
            "%(partner)s is “%(status)s” as a channel partner. Activate it again before you "
            "authorize it.",
            partner=self.partner_id.display_name,
            status=labels[self.partner_id.channel_state],
        )

    def _get_holder_name(self):
        """:return: name of the channel partner, for those who may see the authorization"""
        self.ensure_one()
        if self.has_access("read"):
            return self.sudo().partner_id.display_name
        return self.env._("Another channel partner")

    @api.model
    def _format_end(self, day):
        return format_date(self.env, day) if day else "…"

    @api.model
    def _uncovered_query(self, facts):
        """Find what was sold outside the authorizations of its day, in one statement.

        Channel partners whom the company never authorized for anything are not checked. What is
        asked of many facts alike, such as the lines of an order, is judged once.

        :param SQL facts: query with columns id, company_id, partner_id, territory_id, categ_id,
            date
        :return: ``SQL`` with id and reason of those that are not covered. The reason is ``none``
            (no authorization on that day), ``territory``, ``category`` or ``both``.
        """
        return SQL(
            """
            SELECT unnest(judged.ids) AS id, judged.reason
              FROM (
                   SELECT fact.ids,
                          CASE WHEN NOT bool_or(held.valid) THEN 'none'
                               WHEN bool_or(held.valid AND held.categ) THEN 'territory'
                               WHEN bool_or(held.valid AND held.territory) THEN 'category'
                               ELSE 'both' END AS reason
                     FROM (SELECT MIN(id) AS key, array_agg(id) AS ids, company_id, partner_id,
                                  territory_id, categ_id, date
                             FROM (%(facts)s) AS fact
                            GROUP BY company_id, partner_id, territory_id, categ_id, date) AS fact
                     JOIN sales_channel_authorization_right r
                       ON r.holder_id = fact.partner_id AND r.partner_id = r.holder_id
                      AND r.company_id = fact.company_id
                     LEFT JOIN sales_territory territory ON territory.id = fact.territory_id
                     LEFT JOIN product_category categ ON categ.id = fact.categ_id
                    CROSS JOIN LATERAL (
                          SELECT COALESCE(fact.date >= r.date_from
                                          AND fact.date <= COALESCE(r.date_to, 'infinity'), FALSE)
                                     AS valid,
                                 starts_with(COALESCE(territory.parent_path, ''),
                                             r.territory_path) AS territory,
                                 starts_with(COALESCE(categ.parent_path, ''), r.categ_path)
                                     AS categ
                          ) held
                    GROUP BY fact.key, fact.ids
                   HAVING NOT bool_or(held.valid AND held.territory AND held.categ)
                   ) AS judged
            """,
            facts=facts,
        )
