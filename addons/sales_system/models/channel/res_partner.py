from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.sql import column_exists, create_column

from .sales_channel_report import REPORT_PERIOD

CHANNEL_TYPE = [
    ("distributor", "Distributor"),
    ("reseller", "Reseller"),
    ("retail", "Retail"),
    ("online", "Online"),
    ("agent", "Agent"),
]
CHANNEL_STATE = [
    ("candidate", "Candidate"),
    ("trial", "Trial"),
    ("active", "Active Partner"),
    ("suspended", "Suspended"),
    ("ended", "Ended"),
]
# Through whom new sales go.
SELLING_STATES = ("trial", "active")


class ResPartner(models.Model):
    """A channel partner is a customer who sells on.

    A company is one as soon as it has a kind of channel. Who it buys from is its upstream
    partner, the same field that tells of an end customer who serves it: so distributors, their
    resellers and the customers of both are one tree.
    """

    _inherit = "res.partner"

    channel_type = fields.Selection(
        CHANNEL_TYPE,
        string="Kind of Channel",
        index="btree_not_null",
        tracking=True,
        help="Makes the company a channel partner: one who sells our products on.",
    )
    channel_state = fields.Selection(
        CHANNEL_STATE,
        string="Channel Status",
        compute="_compute_channel_state",
        store=True,
        tracking=True,
        copy=False,
        help="New sales go through channel partners who are active or on trial.",
    )
    grade_id = fields.Many2one(string="Channel Level")
    channel_upstream_id = fields.Many2one(
        "res.partner",
        string="Upstream Channel Partner",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('channel_type', '!=', False), ('id', '!=', id), "
        "('company_id', 'in', (company_id, False))]",
        help="Who this channel partner buys from, or who serves this customer. New orders of a "
        "customer are counted through this partner.",
    )
    channel_downstream_ids = fields.One2many("res.partner", "channel_upstream_id")
    # Without the customers whom it serves, who may be thousands.
    channel_reseller_ids = fields.One2many(
        "res.partner", "channel_upstream_id", domain=[("channel_type", "!=", False)]
    )
    channel_manager_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Who looks after the channel partner: its reports, registrations and authorizations.",
    )
    channel_since = fields.Date(
        string="Partner Since", copy=False, help="First day as an active channel partner."
    )
    channel_report_count = fields.Integer(
        compute="_compute_channel_report_count", groups="sales_team.group_sale_salesman"
    )
    channel_report_period = fields.Selection(
        REPORT_PERIOD,
        string="Reports Every",
        compute="_compute_channel_report_period",
        store=True,
        readonly=False,
        help="How often the channel partner reports sell-out and stock. Empty: never, such as an "
        "agent, who has no stock of its own.",
    )

    def _auto_init(self):
        # Nobody is a channel partner yet, so there is nothing to compute.
        if not column_exists(self.env.cr, "res_partner", "channel_state"):
            create_column(self.env.cr, "res_partner", "channel_state", "varchar")
        if not column_exists(self.env.cr, "res_partner", "channel_report_period"):
            create_column(self.env.cr, "res_partner", "channel_report_period", "varchar")
        return super()._auto_init()

    # === COMPUTE METHODS === #
    @api.depends("channel_type")
    def _compute_channel_state(self):
        for partner in self:
            if not partner.channel_type:
                partner.channel_state = False
            elif not partner.channel_state:
                partner.channel_state = "active"

    @api.depends("channel_type")
    def _compute_channel_report_period(self):
        for partner in self:
            if partner.channel_type in (False, "agent"):
                partner.channel_report_period = False
            elif not partner.channel_report_period:
                partner.channel_report_period = "month"

    def _compute_channel_report_count(self):
        counts = dict(
            self.env["sales.channel.report"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.channel_report_count = counts.get(partner, 0)

    # === CONSTRAINT METHODS === #
    @api.constrains("channel_upstream_id", "company_id")
    def _check_channel_upstream(self):
        for partner in self:
            upstream = partner.channel_upstream_id
            if not upstream:
                continue
            if not upstream.channel_type:
                raise ValidationError(
                    self.env._(
                        "%(upstream)s is no channel partner and cannot serve %(partner)s. Choose "
                        "one, or set the kind of channel of %(upstream)s first.",
                        upstream=upstream.display_name,
                        partner=partner.display_name,
                    )
                )
            # A customer that companies share may be served by a partner of one of them.
            if partner.company_id and not upstream.filtered_domain(
                self._check_company_domain(partner.company_id)
            ):
                raise ValidationError(
                    self.env._(
                        "%(upstream)s belongs to %(other)s and cannot serve %(partner)s of "
                        "%(company)s. Choose a channel partner of that company.",
                        upstream=upstream.display_name,
                        other=upstream.company_id.name,
                        partner=partner.display_name,
                        company=partner.company_id.name,
                    )
                )
            if partner._has_cycle("channel_upstream_id"):
                raise ValidationError(
                    self.env._(
                        "%(partner)s cannot buy from %(upstream)s, who buys from %(partner)s "
                        "itself. Choose another upstream channel partner.",
                        upstream=upstream.display_name,
                        partner=partner.display_name,
                    )
                )

    @api.constrains("channel_type", "parent_id")
    def _check_channel_company(self):
        for partner in self:
            if partner.channel_type and partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s: only a company of its own is a "
                        "channel partner. Set the kind of channel of %(company)s instead.",
                        contact=partner.name or partner.display_name,
                        company=partner.commercial_partner_id.display_name,
                    )
                )

    @api.constrains("channel_type")
    def _check_channel_has_no_downstream(self):
        for partner in self:
            served = not partner.channel_type and partner.sudo().channel_downstream_ids
            if served:
                raise ValidationError(
                    self.env._(
                        "%(partner)s still serves %(count)s others, such as %(example)s. Give "
                        "them another upstream channel partner first.",
                        partner=partner.display_name,
                        count=len(served),
                        example=served[0].display_name,
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_channel_state_by_hand(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_channel_state_by_hand(vals)
        result = super().write(vals)
        if "channel_upstream_id" in vals:
            self.env["sales.channel.authorization.right"]._follow("partner_id", self.ids)
        return result

    # === ACTION METHODS === #
    def action_channel_activate(self):
        """Let sales go through these again, or for the first time."""
        self._move_channel_state(("candidate", "trial", "suspended", "ended"), "active")
        for partner in self.filtered(lambda partner: not partner.channel_since):
            partner.sudo().channel_since = fields.Date.context_today(partner)

    def action_channel_suspend(self):
        self._move_channel_state(SELLING_STATES, "suspended")

    def action_open_channel_reports(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_system.sales_channel_report_action"
            ),
            "domain": [("partner_id", "=", self.id)],
            "context": {"default_partner_id": self.id},
        }

    def action_channel_end(self):
        self._move_channel_state(("candidate", "trial", "active", "suspended"), "ended")

    # === BUSINESS METHODS === #
    def _check_channel_state_by_hand(self, vals):
        """:raises UserError: somebody sets the status past its buttons"""
        if "channel_state" in vals and not self.env.su:
            raise UserError(
                self.env._(
                    "The channel status cannot be set by hand. Use the buttons of the channel "
                    "partner, which write down who changed it and when."
                )
            )

    def _move_channel_state(self, allowed, state):
        """Write the status as superuser, for those who may change the partner.

        :param allowed: states that the move starts from
        :raises UserError: a partner is in none of them
        """
        self.check_access("write")
        labels = dict(self._fields["channel_state"]._description_selection(self.env))
        for partner in self:
            if partner.channel_state not in allowed:
                raise UserError(
                    self.env._(
                        "%(partner)s is “%(status)s” and cannot become “%(next)s”.",
                        partner=partner.display_name,
                        status=labels.get(partner.channel_state, self.env._("no channel partner")),
                        next=labels[state],
                    )
                )
        self.sudo().channel_state = state

    def _get_selling_channel(self, company):
        """:return: the channel partner that a new sale of a company to this customer goes
        through: the customer itself where it is one, else who serves it; may be empty
        """
        customer = self.commercial_partner_id
        channel = customer if customer.channel_type else customer.channel_upstream_id
        # The customer may be shared and who serves it of another company, or hidden from the user.
        return channel.sudo()._filter_selling(company).sudo(self.env.su)

    def _get_report_company(self):
        """:return: the company that the partner reports to; of a partner that companies share,
        that of its channel manager; may be empty
        """
        return self.company_id or self.channel_manager_id.company_id

    def _get_channel_start(self):
        """:return: the first day that the partner can report of"""
        return self.channel_since or self.create_date.date()

    def _filter_selling(self, company):
        """:return: those of the channel partners that new sales of a company can go through"""
        selling = self.filtered(
            lambda partner: partner.active and partner.channel_state in SELLING_STATES
        )
        return selling.filtered_domain(self._check_company_domain(company))
