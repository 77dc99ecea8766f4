from odoo import models


class SalesContract(models.Model):
    """The tables of a contract's document: what is sold, and what is promised until when."""

    _inherit = "sales.contract"

    def _get_document_lines(self):
        """:return: list of the lines, each a dict of key and printed cells"""
        return [
            {"key": line.root_id.id, "cells": line._get_document_cells()} for line in self.line_ids
        ]

    def _get_document_milestones(self):
        kinds = dict(self.milestone_ids._fields["kind"]._description_selection(self.env))
        return [
            {
                # A milestone has no first version: what it is called tells it from the others.
                "key": f"{milestone.kind} {milestone.name}",
                "cells": {
                    "date": self._spell_date(milestone.date_due),
                    "kind": kinds[milestone.kind],
                    "name": milestone.name,
                    "percent": f"{milestone.percent:g} %" if milestone.percent else "",
                    "amount": self._spell_money(milestone.amount) if milestone.amount else "",
                },
            }
            for milestone in self.milestone_ids
        ]


class SalesContractLine(models.Model):
    """How a line of a contract is printed."""

    _inherit = "sales.contract.line"

    def _get_document_cells(self):
        """:return: dict of texts in the language of the contract"""
        self.ensure_one()
        contract = self.contract_id
        return {
            "name": self._get_document_name(),
            "price": self._get_document_price(),
            "unit": self.product_uom_id.name or "",
            "minimum": self._get_document_limit(self.min_quantity, self.min_amount),
            "maximum": self._get_document_limit(self.max_quantity, self.max_amount),
            "amount": contract._spell_money(self.amount) if self.amount else "",
        }

    def _get_document_name(self):
        contract = self.contract_id
        parts = [self.name or self.product_id.display_name or self.categ_id.name or ""]
        if self.categ_id and not self.name:
            parts.append(self.env._("all products of the category"))
        if self.is_exclusive:
            parts.append(self.env._("exclusive"))
        if self.date_from or self.date_to:
            parts.append(
                self.env._(
                    "from %(start)s to %(end)s",
                    start=contract._spell_date(self.date_from or contract.date_from),
                    end=contract._spell_date(self.date_to or contract.date_to) or "…",
                )
            )
        return ("，" if contract._is_chinese() else ", ").join(parts)

    def _get_document_price(self):
        contract = self.contract_id
        if self.price_basis == "price":
            digits = self.env["decimal.precision"].precision_get("Product Price")
            return contract._spell_money(
                self.price_unit, max(digits, contract.currency_id.decimal_places)
            )
        if self.price_basis == "discount":
            return self.env._("list price less %(discount)s %%", discount=f"{self.discount:g}")
        return self.env._("list price")

    def _get_document_limit(self, quantity, amount):
        contract = self.contract_id
        parts = []
        if quantity:
            digits = 0 if quantity == int(quantity) else 2
            parts.append(contract._spell_number(quantity, digits))
        if amount:
            parts.append(contract._spell_money(amount))
        return " / ".join(parts)
