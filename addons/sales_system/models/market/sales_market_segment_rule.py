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
        return self.env(user=user.id, context=context, su=False)["res.partner"]

    def _get_rule_domain(self, partners):
        """:return: domain of the customers that the rule is for

        :raises UserError: the rule is none, or reaches too far
        """
        try:
            rule = Domain(ast.literal_eval((self.domain or "").strip() or "[]"))
            return self._get_scope() & self._guard(partners, rule)
        except UNREADABLE as error:
            raise self._unusable_error(str(error)) from error

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

    def _guard(self, model, domain):
        """:return: the domain, kept to what its writer may read

        :raises UserError: it names what there is not, what may not be read, or companies
        :raises ValueError: it looks for records in what has none
        """
        return domain.map_conditions(lambda condition: self._guard_condition(model, condition))

    def _guard_condition(self, model, condition):
        path, operator, value = condition.field_expr, condition.operator, condition.value
        field, reached = self._follow(model, path)
        if operator in ("any", "not any"):
            if not field.relational:
                raise ValueError(path)
            return Domain(path, operator, self._guard(reached, Domain(value)))
        if field.type in ("one2many", "many2many") and (field.store or field.related):
            return self._guard_records(path, operator, value)
        return condition

    @api.model
    def _guard_records(self, path, operator, value):
        """Look for records as the writer has them.

        Asked whether there are any, or whether some of these ids are among them, the ORM looks
        at the records of everybody, in all companies.
        """
        if operator in ("!=", "not in"):
            return ~self._guard_records(path, "in", value)
        if operator not in ("=", "in"):
            found = Domain("id" if operator.endswith("_of") else "display_name", operator, value)
            return Domain(path, "any", found)
        values = set(value) if isinstance(value, (list, tuple, set)) else {value}
        found = Domain(path, "any", Domain("id", "in", [*(values - {False})]))
        return found | Domain(path, "not any", Domain.TRUE) if False in values else found

    def _follow(self, model, path):
        """:return: the last field of a path, and the model that it leads to"""
        for name in path.split("."):
            field = model._fields.get(name)
            self._check_field(model, name, field, path)
            if field.related and not field.store:
                self._follow(model, field.related)
            if not field.relational:
                # What may follow is a part of a date or a property.
                break
            model = model.env[field.comodel_name]
        return field, model

    def _check_field(self, model, name, field, path):
        """:raises UserError: a path names what there is not, may not be read, or is of companies"""
        values = {"path": path, "model": model._name, "name": name}
        if field is None:
            reason = self.env._("%(path)s: %(model)s has no field %(name)s", **values)
        elif "res.company" in (field.comodel_name, model._name) or name == "company_id":
            reason = self.env._(
                "%(path)s: a segment is of its own company, and %(name)s is of companies", **values
            )
        elif not field._description_searchable:
            reason = self.env._("%(path)s: nothing can be looked for by %(name)s", **values)
        elif not (model.has_access("read") and model._has_field_access(field, "read")):
            reason = self.env._("%(path)s: you may not read %(name)s of %(model)s", **values)
        else:
            return
        raise self._unusable_error(reason)

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
