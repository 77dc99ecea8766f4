import ast

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# The group that everybody has while the area is switched on.
AREA = "sales_system.group_sales_approval"
# Up to which document the approval states have been looked at again.
REFRESH_PARAMETER = "sales_system.approval_refresh.%s"
REFRESH_BATCH = 500
# What a text that is no domain of the model raises; KeyError: the model itself is gone.
UNUSABLE_DOMAIN = (KeyError, SyntaxError, TypeError, ValueError)


class SalesApprovalRule(models.Model):
    """Approval rule: a limit on one number of a document, and who may let it pass."""

    _name = "sales.approval.rule"
    _description = "Approval Rule"
    _order = "sequence, id"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Leave empty to apply the rule in all companies.",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        help="The currency of a limit in money. Orders of a company with another currency "
        "are held against the converted limit.",
    )
    model = fields.Selection(
        selection="_selection_model",
        string="Applies To",
        required=True,
        default="sale.order",
    )
    domain = fields.Char(
        string="Condition",
        default="[]",
        help="Documents that the rule applies to. Leave empty for all.",
    )
    basis = fields.Selection(selection="_selection_basis", required=True, default="discount")
    threshold = fields.Float(
        string="Limit",
        digits=(16, 2),
        help="In percent, in money for amounts, or a number of records. Exactly the limit needs "
        "no approval.",
    )
    unit = fields.Selection(
        [("percent", "%"), ("money", "Money"), ("count", "Number")],
        compute="_compute_unit",
    )
    summary = fields.Char(compute="_compute_summary", string="Approval Needed")
    step_ids = fields.One2many(
        comodel_name="sales.approval.step", inverse_name="rule_id", string="Steps", copy=True
    )
    approver_warning = fields.Text(compute="_compute_approver_warning")

    # === COMPUTE METHODS === #
    @api.depends("company_id")
    def _compute_currency_id(self):
        for rule in self:
            rule.currency_id = (rule.company_id or self.env.company).currency_id

    @api.depends("model", "basis")
    def _compute_unit(self):
        for rule in self:
            basis = rule._get_basis()
            rule.unit = basis and basis.unit

    @api.depends("model", "basis", "threshold", "currency_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        for rule in self:
            basis = rule._get_basis()
            if not basis:
                rule.summary = False
                continue
            values = {"basis": basis.label, "limit": rule._format(rule.threshold)}
            rule.summary = (
                self.env._("%(basis)s above %(limit)s", **values)
                if basis.worse == "higher"
                else self.env._("%(basis)s below %(limit)s", **values)
            )

    @api.depends(
        "domain", "model", "step_ids.kind", "step_ids.user_id.active", "step_ids.group_id.user_ids"
    )
    def _compute_approver_warning(self):
        for rule in self:
            problems = [step._get_problem() for step in rule.step_ids]
            try:
                rule._get_domain()
            except UNUSABLE_DOMAIN as error:
                problems.append(
                    self.env._(
                        "The condition cannot be used any more, so the rule applies to all "
                        "documents: %(error)s",
                        error=str(error),
                    )
                )
            rule.approver_warning = "\n".join(filter(None, problems)) or False

    @api.model
    def _get_models(self):
        """:return: names of the models whose documents can ask for approval"""
        mixin = self.env.registry["sales.approval.mixin"]
        return [
            name
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract
        ]

    @api.model
    def _selection_model(self):
        names = self._get_models()
        models = self.env["ir.model"].sudo().search([("model", "in", names)], order="name")
        return [(model.model, model.name) for model in models]

    @api.model
    def _selection_basis(self):
        bases = {}
        for name in self._get_models():
            bases.update(self.env[name]._approval_bases())
        return [(key, basis.label) for key, basis in bases.items()]

    # === CONSTRAINT METHODS === #
    @api.constrains("model", "basis")
    def _check_basis(self):
        for rule in self:
            if not rule._get_basis():
                raise ValidationError(
                    self.env._(
                        "%(model)s has no “%(basis)s” that a rule could limit. "
                        "Choose another basis for %(rule)s.",
                        model=dict(self._selection_model()).get(rule.model, rule.model),
                        basis=dict(self._selection_basis()).get(rule.basis, rule.basis),
                        rule=rule.name,
                    )
                )

    @api.constrains("model", "domain")
    def _check_domain(self):
        for rule in self:
            try:
                domain = rule._get_domain()
                with self.env.cr.savepoint():
                    self.env[rule.model].sudo().search(domain, limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The condition %(domain)s of rule %(rule)s cannot be used: %(error)s. "
                        "Choose fields of the document with the condition editor.",
                        domain=rule.domain,
                        rule=rule.name,
                        error=str(error).strip().rstrip("."),
                    )
                ) from error

    @api.constrains("active", "step_ids")
    def _check_steps(self):
        for rule in self:
            if rule.active and not rule.step_ids:
                raise ValidationError(
                    self.env._(
                        "Rule %(rule)s has no step, so nobody could approve. "
                        "Add a step that says who approves.",
                        rule=rule.name,
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._changed()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["sales.approval.request"].sudo().search([("rule_ids", "in", self.ids)])
        for rule in used.rule_ids & self:
            raise UserError(
                self.env._(
                    "Rule %(rule)s has been used for approvals and stays with their history. "
                    "Archive it instead.",
                    rule=rule.name,
                )
            )

    def _changed(self):
        """Look at the open documents again, in the background: they may be many."""
        self.env.registry.clear_cache()
        parameters = self.env["ir.config_parameter"].sudo()
        for name in self._get_models():
            parameters.set_param(REFRESH_PARAMETER % name, False)
        if cron := self.env.ref("sales_system.ir_cron_sales_approval_refresh", False):
            cron.sudo()._trigger()

    # === BUSINESS METHODS === #
    @api.model
    @tools.ormcache("model")
    def _get_rule_ids(self, model):
        # The answer is everybody's, whatever the context of whoever asks first.
        return tuple(self.sudo().search([("model", "=", model), ("active", "=", True)]).ids)

    @api.model
    def _get_rules(self, model, company):
        """:return: the active rules of a model in a company; none while the area is off"""
        if not self.env["res.groups"]._is_feature_enabled(AREA):
            return self.browse()
        rules = self.sudo().browse(self._get_rule_ids(model))
        return rules.filtered(lambda rule: not rule.company_id or rule.company_id == company)

    @api.model
    @tools.ormcache("model")
    def _get_domain_fields(self, model):
        """:return: fields of a document that decide which rules apply to it"""
        return frozenset(
            condition.field_expr.split(".")[0]
            for rule in self.sudo().browse(self._get_rule_ids(model))
            for condition in rule._get_usable_domain().iter_conditions()
        )

    def _get_domain(self):
        """:raise UNUSABLE_DOMAIN: where the text is no domain of the model"""
        self.ensure_one()
        domain = Domain(ast.literal_eval((self.domain or "").strip() or "[]"))
        domain.validate(self.env[self.model].sudo())
        return domain

    def _get_usable_domain(self):
        """:return: the condition, or all documents where a field of it no longer exists"""
        try:
            return self._get_domain()
        except UNUSABLE_DOMAIN:
            return Domain.TRUE

    def _get_basis(self):
        self.ensure_one()
        if self.model not in self.env:
            return None
        return self.env[self.model]._approval_bases().get(self.basis)

    def _get_limit(self, company):
        """:return: the limit as it is compared with in a company"""
        self.ensure_one()
        if self._get_basis().unit != "money" or self.currency_id == company.currency_id:
            return self.threshold
        return self.currency_id._convert(
            self.threshold, company.currency_id, company, fields.Date.context_today(self)
        )

    def _format(self, value, company=None):
        """:return: a number of the rule as people write it"""
        self.ensure_one()
        if self._get_basis().unit == "money":
            currency = company.currency_id if company else self.currency_id
            return tools.format_amount(self.env, value, currency)
        text = tools.formatLang(self.env, value, digits=2)
        point = self.env["res.lang"]._get_data(code=self.env.user.lang or "en_US").decimal_point
        if point and point in text:
            text = text.rstrip("0").rstrip(point)
        if self._get_basis().unit == "count":
            return text
        return self.env._("%(number)s %%", number=text)

    def _get_reason(self, value, limit, company):
        """:return: text such as “Discount 18 % (limit 15 %)”"""
        self.ensure_one()
        return self.env._(
            "%(basis)s %(value)s (limit %(limit)s)",
            basis=self._get_basis().label,
            value=self._format(value, company),
            limit=self._format(limit, company),
        )

    # === CRON === #
    @api.model
    def _cron_refresh(self):
        """Bring the stored states up to date with the rules and with what lies outside.

        Goes on where the last run had to stop; :meth:`_changed` starts anew.
        """
        for name in self._get_models():
            if not self._refresh_states(name):
                return

    @api.model
    def _refresh_states(self, name):
        """:return: whether all open documents of a model have been looked at"""
        documents = self.env[name]
        parameters = self.env["ir.config_parameter"].sudo()
        key = REFRESH_PARAMETER % name
        while True:
            left = Domain(documents._approval_open_domain()) & Domain(
                "id", ">", int(parameters.get_param(key) or 0)
            )
            chunk = documents.search(left, order="id", limit=REFRESH_BATCH)
            if not chunk:
                parameters.set_param(key, False)
                return True
            self.env.add_to_compute(documents._fields["approval_state"], chunk)
            chunk.flush_recordset(["approval_state"])
            parameters.set_param(key, chunk[-1].id)
            remaining = documents.search_count(left) - len(chunk)
            if not self.env["ir.cron"]._commit_progress(len(chunk), remaining=remaining):
                return False
            self.env.invalidate_all()
