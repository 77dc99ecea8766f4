import ast

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

# What a text that is no domain raises.
UNREADABLE = (MemoryError, RecursionError, SyntaxError, TypeError, ValueError)
MANAGER = "sales_team.group_sale_manager"


class SalesMarketSegment(models.Model):
    """The rule of a segment: a domain of customers, and how far it reaches.

    It is data and never run as a program. It is searched with the rights of whoever wrote it and
    in the segment's company alone, whoever takes the snapshot: so nobody learns from a segment
    what they may not read, and every snapshot finds the same.
    """

    _inherit = "sales.market.segment"

    # === CONSTRAINT METHODS === #
    @api.constrains("domain", "company_id", "user_id")
    def _check_domain(self):
        for segment in self:
            try:
                segment._try_rule()
            except UserError as error:
                raise ValidationError(str(error)) from error

    # === BUSINESS METHODS === #
    def _try_rule(self):
        """:raises UserError: the rule cannot be searched by"""
        self.ensure_one()
        partners = self._get_searched_partners()
        domain = self._get_rule_domain(partners)
        try:
            with self.env.cr.savepoint(flush=False):
                partners.search(domain, limit=1)
        except (AccessError, UserError, *UNREADABLE, psycopg2.Error) as error:
            raise self._unusable_error(str(error).strip().split("\n")[0]) from error

    def _get_searched_partners(self):
        """:return: customers, as the writer of the rule has them in the segment's company

        :raises UserError: the writer does not have all customers of the company any more
        """
        self.ensure_one()
        user, company = self.user_id.sudo(), self.company_id.sudo()
        if user._is_superuser() or not (
            user.active and user.has_group(MANAGER) and company in user.company_ids
        ):
            raise UserError(
                self.env._(
                    "The rule of segment %(segment)s was written by %(user)s, who is no "
                    "administrator of Sales in %(company)s. Have one of them take the rule over.",
                    segment=self.name,
                    user=user.name,
                    company=company.name,
                )
            )
        # Nothing of the context of whoever asks: the same customers are found for everybody.
        context = {
            "allowed_company_ids": company.ids,
            "lang": user.lang,
            "tz": company._get_sales_zone(),
        }
        return self.env["res.partner"].with_user(user).with_context(context)

    def _get_rule_domain(self, partners):
        """:return: domain of the customers that the rule is for

        :raises UserError: the rule is none, or reaches too far
        """
        try:
            rule = Domain(ast.literal_eval((self.domain or "").strip() or "[]"))
            conditions = list(self._iter_conditions(partners, rule))
        except UNREADABLE as error:
            raise self._unusable_error(str(error)) from error
        for model, path in conditions:
            self._check_path(model, path)
        return self._get_scope() & rule

    def _get_scope(self):
        """:return: domain of the customers of the company, and of those that it shares"""
        company = self.company_id.sudo()
        return (
            (Domain("parent_id", "=", False) | Domain("is_company", "=", True))
            & Domain("partner_share", "=", True)
            & Domain("active", "=", True)
            # A branch works with the customers of the companies above it.
            & Domain("company_id", "in", [*company.parent_ids.ids, False])
        )

    @api.model
    def _iter_conditions(self, model, domain):
        """:return: iterator of (model, path of fields), those of domains in domains too"""
        for condition in domain.iter_conditions():
            yield model, condition.field_expr
            if condition.operator in ("any", "not any"):
                comodel = self._get_comodel(model, condition.field_expr)
                yield from self._iter_conditions(comodel, Domain(condition.value))

    @api.model
    def _get_comodel(self, model, path):
        """:raises ValueError: the path does not lead to records"""
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None or not field.relational:
                raise ValueError(path)
            model = model.env[field.comodel_name]
        return model

    def _check_path(self, model, path):
        """:raises UserError: a path names what there is not, may not be read, or is of companies"""
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None:
                raise self._path_error(
                    path, self.env._("%(model)s has no field %(name)s"), model, name
                )
            if "res.company" in (field.comodel_name, model._name) or name == "company_id":
                raise self._path_error(
                    path,
                    self.env._("a segment is of its own company, and %(name)s is of companies"),
                    model,
                    name,
                )
            if not field._description_searchable:
                raise self._path_error(
                    path, self.env._("nothing can be looked for by %(name)s"), model, name
                )
            if not (model.has_access("read") and model._has_field_access(field, "read")):
                raise self._path_error(
                    path, self.env._("you may not read %(name)s of %(model)s"), model, name
                )
            if field.related and not field.store:
                self._check_path(model, field.related)
            if not field.relational:
                # What may follow is a part of a date or a property.
                return
            model = model.env[field.comodel_name]

    def _path_error(self, path, reason, model, name):
        return self._unusable_error(f"{path}: " + reason % {"model": model._name, "name": name})

    def _unusable_error(self, reason):
        return UserError(
            self.env._(
                "The rule %(rule)s of segment %(segment)s cannot be used: %(reason)s. Choose "
                "fields of the customer with the editor of the rule.",
                rule=self.domain,
                segment=self.name,
                reason=reason.strip().rstrip("."),
            )
        )
