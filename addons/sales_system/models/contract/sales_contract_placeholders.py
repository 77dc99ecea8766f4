from odoo import api, models
from odoo.tools import format_date, formatLang

from ...engine.chinese import LARGEST, capital_amount
from ...engine.placeholders import find_unknown

# Every placeholder of a contract's text: how its value is read and written. Nothing else can
# be asked for, so a text never reaches what is not meant for the other party.
PLACEHOLDERS = {
    "contract.name": "text",
    "contract.title": "text",
    "contract.version": "text",
    "contract.date_from": "date",
    "contract.date_to": "date",
    "contract.term": "term",
    "contract.renewal": "renewal",
    "contract.notice": "notice",
    "contract.amount": "money",
    "contract.amount_in_words": "words",
    "contract.currency_id.name": "text",
    "contract.payment_term_id.name": "text",
    "contract.territory_id.name": "text",
    "contract.user_id.name": "text",
    "contract.parent_id.name": "text",
    "contract.partner_id.name": "text",
    "contract.partner_id.address": "address",
    "contract.partner_id.vat": "text",
    "contract.partner_id.company_registry": "text",
    "contract.partner_id.phone": "text",
    "contract.partner_id.email": "text",
    "contract.company_id.name": "text",
    "contract.company_id.address": "address",
    "contract.company_id.vat": "text",
    "contract.company_id.company_registry": "text",
    "contract.company_id.phone": "text",
    "contract.company_id.email": "text",
}
CHINESE_CURRENCIES = {
    "CNY": "人民币",
    "EUR": "欧元",
    "GBP": "英镑",
    "HKD": "港元",
    "JPY": "日元",
    "USD": "美元",
}


class SalesContract(models.Model):
    """The values that the text of a contract asks for, in the language of the contract."""

    _inherit = "sales.contract"

    # === CHECKING === #
    @api.model
    def _get_placeholder_error(self, text, name):
        """:return: sentence about placeholders of a text that do not exist, or False"""
        unknown = find_unknown(text, PLACEHOLDERS)
        if not unknown:
            return False
        return self.env._(
            "%(clause)s asks for %(unknown)s, which does not exist. Placeholders are written "
            "{{ name }}, and these exist: %(known)s.",
            clause=name,
            unknown=", ".join(f"“{name}”" for name in unknown),
            known=", ".join(PLACEHOLDERS),
        )

    @api.model
    def _get_placeholder_help(self):
        rows = [(f"{{{{ {name} }}}}", self._get_placeholder_label(name)) for name in PLACEHOLDERS]
        return self.env["ir.qweb"]._render("sales_system.placeholder_help", {"rows": rows})

    @api.model
    def _get_placeholder_label(self, name):
        """:return: what a placeholder stands for, in the words of the form"""
        composed = {
            "term": self.env._("Term"),
            "notice": self.env._("Period of notice"),
            "amount_in_words": self.env._("Amount in words"),
            "address": self.env._("Address"),
        }
        model, labels = self, []
        for step in name.split(".")[1:]:
            if step in composed:
                labels.append(composed[step])
                continue
            field = model._fields[step]
            labels.append(field._description_string(self.env))
            model = self.env[field.comodel_name] if field.relational else model
        return " / ".join(labels)

    # === VALUES === #
    def _get_placeholder_values(self):
        """:return: dict of placeholder → text in the language of the contract, or an empty one"""
        self.ensure_one()
        # What a text may ask for is told to the other party, whoever prints it.
        contract = self.sudo().with_context(lang=self.lang)
        values = {}
        for name, kind in PLACEHOLDERS.items():
            record, _dot, field = name.removeprefix("contract.").rpartition(".")
            source = contract[record] if record else contract
            if record == "partner_id":
                source = source.commercial_partner_id
            values[name] = getattr(contract, f"_write_{kind}")(source, field) or ""
        return values

    def _write_text(self, source, field):
        return str(source[field] or "").strip()

    def _write_date(self, source, field):
        return self._spell_date(source[field])

    def _write_money(self, _source, _field):
        return self._spell_money(self.amount) if self.amount else ""

    def _write_words(self, _source, _field):
        return self._spell_words(self.amount) if self.amount else ""

    def _write_address(self, source, _field):
        partner = source if source._name == "res.partner" else source.partner_id
        address = partner._display_address(without_company=True)
        # The formats of some countries leave a comma where the town or the postcode is missing.
        lines = [text for line in address.splitlines() if (text := line.strip(" ,"))]
        return (" " if self._is_chinese() else ", ").join(lines)

    def _write_term(self, _source, _field):
        if not self.date_to:
            return self.env._("indefinite")
        return self.env._(
            "from %(start)s to %(end)s",
            start=self._spell_date(self.date_from),
            end=self._spell_date(self.date_to),
        )

    def _write_notice(self, _source, _field):
        months = self.env._("%(count)s months", count=self.notice_months)
        days = self.env._("%(count)s days", count=self.notice_days)
        if self.notice_months and self.notice_days:
            return self.env._("%(months)s and %(days)s", months=months, days=days)
        return (self.notice_months and months) or (self.notice_days and days) or ""

    def _write_renewal(self, _source, _field):
        """:return: sentence that says what the dates of the contract do"""
        notice = self._write_notice(None, None)
        if self.renewal == "manual":
            return self.env._(
                "The Contract ends with its term and is renewed by a written agreement of both "
                "Parties only."
            )
        if self.renewal != "tacit":
            return self.env._("The Contract ends with its term and is not renewed tacitly.")
        if not notice:
            return self.env._(
                "Unless one Party gives the other notice in writing before the end of the term, "
                "the Contract is renewed by %(months)s months each time.",
                months=self.renewal_months,
            )
        return self.env._(
            "Unless one Party gives the other notice in writing at least %(notice)s before the "
            "end of the term, the Contract is renewed by %(months)s months each time.",
            notice=notice,
            months=self.renewal_months,
        )

    # === SPELLING === #
    def _is_chinese(self):
        return (self.lang or "").startswith("zh")

    def _spell_date(self, date):
        """:return: a day with its month in words: November 26, 2026, or 2026年11月26日"""
        return format_date(self.env, date, lang_code=self.lang, date_format="long") if date else ""

    def _spell_number(self, number, digits):
        return formatLang(self.with_context(lang=self.lang).env, number, digits=digits)

    def _spell_money(self, amount, digits=None):
        """:return: an amount that names its currency beyond doubt: USD 450,000.00"""
        currency = self.currency_id
        digits = currency.decimal_places if digits is None else digits
        number = self._spell_number(amount, digits)
        if self._is_chinese() and currency.name == "CNY":
            return f"¥{number}"
        return f"{currency.name}\N{NO-BREAK SPACE}{number}"

    def _spell_words(self, amount):
        currency = self.currency_id.with_context(lang=self.lang)
        if not self._is_chinese():
            return currency.amount_to_text(amount)
        if currency.decimal_places > 3 or amount >= LARGEST:
            return ""
        name = CHINESE_CURRENCIES.get(currency.name, currency.name)
        return name + capital_amount(currency.round(amount), currency.decimal_places)
