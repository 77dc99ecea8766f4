from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column, table_exists

# Not customers on the portal. The area's group is never there alone: views that name it alone,
# to disappear with the area, may so show the fields.
READERS = "base.group_user,sales_system.group_sales_approval"


class SalesApprovalMixin(models.AbstractModel):
    """Document that may need an approval before it goes on.

    How to use: inherit the model, return its numbers from :meth:`_approval_bases`, name the
    fields they are made of in :meth:`_approval_depends`, and call :meth:`_check_approval`
    before every step that an approval has to come first of.

    How it works: the state is computed from three things that all stay as they are: the
    limits, the numbers of the document, and the terms of its requests. An approval holds
    while no number is worse than the one approved, so nothing has to be "re-opened".
    """

    _name = "sales.approval.mixin"
    _description = "Approval Mixin"

    approval_state = fields.Selection(
        "_selection_approval_state",
        string="Approval",
        compute="_compute_approval_state",
        store=True,
        copy=False,
        groups=READERS,
    )
    approval_reasons = fields.Text(
        compute="_compute_approval_reasons",
        compute_sudo=True,
        groups=READERS,
        help="Limits that the document is over and that nobody has let pass yet.",
    )
    approval_status = fields.Selection(
        "_selection_approval_state",
        compute="_compute_approval_reasons",
        compute_sudo=True,
        groups=READERS,
        export_string_translation=False,
        help="The approval as of now, also where it depends on more than the document.",
    )
    approval_note = fields.Text(
        compute="_compute_approval_reasons",
        compute_sudo=True,
        groups=READERS,
        help="Whom a pending approval waits for, or why it was rejected.",
    )
    approval_request_ids = fields.One2many(
        comodel_name="sales.approval.request",
        inverse_name="res_id",
        string="Approval Requests",
        domain=lambda self: [("res_model", "=", self._name)],
        bypass_search_access=True,
        copy=False,
        groups=READERS,
    )
    approval_request_count = fields.Integer(
        compute="_compute_approval_request_count",
        compute_sudo=False,
        groups=READERS,
    )

    def _auto_init(self):
        # Filled in one statement: a database with years of documents would else compute them
        # one by one while installing.
        if (
            not self._abstract
            and table_exists(self.env.cr, self._table)
            and not column_exists(self.env.cr, self._table, "approval_state")
        ):
            create_column(self.env.cr, self._table, "approval_state", "varchar")
            self.env.cr.execute(
                SQL("UPDATE %s SET approval_state = 'none'", SQL.identifier(self._table))
            )
        return super()._auto_init()

    # === COMPUTE METHODS === #
    @api.model
    def _selection_approval_state(self):
        # Not a list: the labels of a list become records of each model that inherits it, and
        # of a model of a later addon they appear after the translations of this one were loaded.
        labels = {
            "none": self.env._("Not Needed"),
            "needed": self.env._("Needed"),
            "pending": self.env._("Pending"),
            "approved": self.env._("Approved"),
            "rejected": self.env._("Rejected"),
        }
        return list(labels.items())

    @api.depends(lambda self: self._approval_depends())
    def _compute_approval_state(self):
        for document, breaches in self._get_approval_breaches().items():
            document.approval_state = self._summarise_approval(breaches)

    @api.depends(lambda self: self._approval_depends())
    @api.depends_context("lang")
    def _compute_approval_reasons(self):
        for document, breaches in self._get_approval_breaches().items():
            document.approval_status = self._summarise_approval(breaches)
            document.approval_reasons = document._get_approval_reasons(breaches)
            document.approval_note = self._get_approval_note(breaches)

    def _compute_approval_request_count(self):
        counts = dict(
            self.env["sales.approval.request"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for document in self:
            document.approval_request_count = counts.get(document._origin.id, 0)

    # === HOOKS === #
    @api.model
    def _approval_bases(self):
        """Numbers of a document that a rule can limit.

        :return: dict of key → :class:`ApprovalBasis`
        """
        return {}

    @api.model
    def _approval_given_fields(self):
        """:return: set of fields that an approval rests on and that follow from the document"""
        return {"approval_state"}

    @api.model
    def _approval_depends(self):
        """:return: fields that the approval has to be looked at again for"""
        return ["approval_request_ids.state"]

    def _approval_exact(self):
        """What an approval is bound to: any change of it is a new decision.

        :return: dict that JSON can hold
        """
        self.ensure_one()
        return {}

    def _approval_is_open(self):
        """:return: whether the document still has something ahead that needs an approval"""
        self.ensure_one()
        return True

    def _approval_agreed_terms(self):
        """:return: terms that hold without a request, as those of a confirmed order, or None"""
        self.ensure_one()
        return None

    def _approval_leaders(self):
        """:return: leaders responsible for the document, the nearest first"""
        self.ensure_one()
        return self.env["res.users"]

    def _approval_excluded_users(self):
        """:return: users who profit from the document and so never approve it"""
        self.ensure_one()
        return self.env["res.users"]

    def _prepare_approval_request_values(self):
        """:return: dict of what a request keeps about the document, such as its customer"""
        self.ensure_one()
        return {}

    def _get_approval_cards(self):
        """What an approver sees at a glance.

        :return: dict of record id → dict with ``currency_id``, ``amount``, ``margin``,
            ``discount`` and ``credit``, the last three in percent or None
        """
        return {}

    def _approval_open_domain(self):
        """:return: domain of the documents that a change of the rules can reach"""
        return []

    def _on_approval_given(self):
        """Hook: the last step of a request for these documents has just been approved."""

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        self._check_approval_not_given(set().union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_approval_not_given(vals)
        result = super().write(vals)
        rules = self.env["sales.approval.rule"]
        if not rules._get_domain_fields(self._name).isdisjoint(vals):
            self.env.add_to_compute(self._fields["approval_state"], self)
        return result

    def unlink(self):
        self._cancel_approval(self.env._("The document has been deleted."))
        return super().unlink()

    # === ACTION METHODS === #
    def action_request_approval(self, reason=False):
        """Ask for the approval of every limit that the documents are over.

        :param reason: why it should be approved
        """
        self.check_access("write")
        for document in self:
            document._request_approval(reason)
        return True

    def action_open_request_approval(self):
        """Ask for the reason first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Approval"),
            "res_model": "sales.approval.request.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def action_approve(self, reason=False):
        return self._get_pending_approvals().action_approve(reason)

    def action_reject(self, reason=False):
        return self._get_pending_approvals().action_reject(reason)

    def action_delegate(self, delegate_id, reason=False):
        return self._get_pending_approvals().action_delegate(delegate_id, reason)

    def action_open_approvals(self):
        self.ensure_one()
        requests = self.env["sales.approval.request"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id)]
        )
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Approvals of %(document)s", document=self.display_name),
            "res_model": "sales.approval.request",
            "domain": [("id", "in", requests.ids)],
            "view_mode": "list,kanban,form",
        }
        if len(requests) == 1:
            action |= {"view_mode": "form", "res_id": requests.id}
        return action

    # === BUSINESS METHODS === #
    @api.model
    def _check_approval_not_given(self, names):
        """:raises UserError: a person sets what only the approval itself may say"""
        given = self._approval_given_fields().intersection(names)
        if given and not self.env.su:
            raise UserError(
                self.env._(
                    "%(fields)s cannot be set by hand: it follows from the terms and from the "
                    "approvals that were given. Request the approval instead.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in sorted(given)
                    ),
                )
            )

    def _get_pending_approvals(self):
        requests = self.env["sales.approval.request"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("state", "=", "pending"),
            ]
        )
        if not requests:
            raise UserError(
                self.env._(
                    "%(document)s has no approval that you could decide.",
                    document=", ".join(self.mapped("display_name")),
                )
            )
        return requests

    # === REQUESTS === #
    def _request_approval(self, reason=False):
        self.ensure_one()
        document = self.sudo()
        breaches = document._get_approval_breaches()[document]
        state = self._summarise_approval(breaches)
        if state in ("none", "approved"):
            raise UserError(
                self.env._(
                    "%(document)s needs no approval: it keeps within all limits.",
                    document=self.display_name,
                )
                if state == "none"
                else self.env._("%(document)s is approved already.", document=self.display_name)
            )
        if state == "pending":
            raise UserError(self._get_approval_error())
        open_breaches = [breach for breach in breaches if breach.state != "approved"]
        return self.env["sales.approval.request"]._create_for(document, open_breaches, reason)

    def _cancel_approval(self, reason):
        """Take back the requests that nobody has decided yet."""
        requests = self.env["sales.approval.request"].sudo()
        requests.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("state", "=", "pending"),
            ]
        )._cancel(reason)
