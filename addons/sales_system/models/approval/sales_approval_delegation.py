from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class SalesApprovalDelegation(models.Model):
    """Approval delegation: a colleague who decides for an approver from one day to another."""

    _name = "sales.approval.delegation"
    _description = "Approval Delegation"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Approver",
        required=True,
        index=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    delegate_id = fields.Many2one(
        comodel_name="res.users",
        string="Delegate To",
        required=True,
        index=True,
        domain=[("share", "=", False)],
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Leave empty to delegate the approvals of all companies.",
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: fields.Date.context_today(self)
    )
    date_to = fields.Date(string="To", required=True)
    reason = fields.Char()

    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)", "A delegation cannot end before it starts."
    )

    # === CONSTRAINT METHODS === #
    @api.constrains("user_id", "delegate_id")
    def _check_delegate(self):
        for delegation in self:
            if delegation.user_id == delegation.delegate_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot delegate to themselves. Choose a colleague.",
                        user=delegation.user_id.name,
                    )
                )
            if delegation.delegate_id.share or not delegation.delegate_id.active:
                raise ValidationError(
                    self.env._(
                        "%(user)s is no active internal user and cannot approve. "
                        "Choose a colleague.",
                        user=delegation.delegate_id.name,
                    )
                )

    @api.constrains("date_to")
    def _check_not_over(self):
        today = fields.Date.context_today(self)
        for delegation in self:
            # Ended today or yesterday is how a person takes a running delegation back.
            if delegation.date_to < today and delegation.create_date.date() >= today:
                raise ValidationError(
                    self.env._(
                        "The delegation to %(user)s would have ended on %(date)s already. "
                        "Choose a later end.",
                        user=delegation.delegate_id.name,
                        date=delegation.date_to,
                    )
                )

    @api.constrains("user_id", "date_from", "date_to", "company_id")
    def _check_overlap(self):
        for delegation in self:
            domain = Domain(
                [
                    ("id", "!=", delegation.id),
                    ("user_id", "=", delegation.user_id.id),
                    ("date_from", "<=", delegation.date_to),
                    ("date_to", ">=", delegation.date_from),
                ]
            )
            if delegation.company_id:
                domain &= Domain("company_id", "in", (False, delegation.company_id.id))
            if other := self.sudo().search(domain, limit=1):
                raise ValidationError(
                    self.env._(
                        "%(user)s already delegates to %(delegate)s from %(start)s to %(end)s. "
                        "Change those dates first.",
                        user=other.user_id.name,
                        delegate=other.delegate_id.name,
                        start=other.date_from,
                        end=other.date_to,
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        delegations = super().create(vals_list)
        delegations._refresh_requests(delegations.user_id)
        return delegations

    def write(self, vals):
        users = self.user_id
        result = super().write(vals)
        self._refresh_requests(users | self.user_id)
        return result

    def unlink(self):
        users = self.user_id
        result = super().unlink()
        self._refresh_requests(users)
        return result

    # === BUSINESS METHODS === #
    def _refresh_requests(self, users):
        requests = self.env["sales.approval.request"]
        requests._refresh_pending([("approver_ids", "in", users.ids)])

    @api.model
    def _get_running(self, users, company):
        """:return: delegations of the users that hold today in a company"""
        today = fields.Date.context_today(self)
        return self.sudo().search(
            [
                ("user_id", "in", users.ids),
                ("date_from", "<=", today),
                ("date_to", ">=", today),
                ("company_id", "in", (False, company.id)),
            ]
        )

    @api.model
    def _get_ended(self, users, delegate):
        """:return: the last delegation to somebody that is over"""
        return self.sudo().search(
            [
                ("user_id", "in", users.ids),
                ("delegate_id", "=", delegate.id),
                ("date_to", "<", fields.Date.context_today(self)),
            ],
            order="date_to desc",
            limit=1,
        )
