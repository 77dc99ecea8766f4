import hashlib
import json
from sys import maxsize

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.chinese import numeral
from ...engine.placeholders import fill, find_names
from .sales_contract_article import BLANK
from .sales_contract_placeholders import PLACEHOLDERS

# What decides over the text of the contract beside its terms.
DOCUMENT_FIELDS = {"template_id", "lang", "title"}
PROTECTED_FIELDS = {"document"}
# States that the document of a contract is fixed from.
FIXED_STATES = ("sent", "active")
PARTY_FIELDS = ("name", "address", "company_registry", "vat", "phone", "email")


class SalesContract(models.Model):
    """The text of a contract: clauses of its own, taken from a template, and how they read.

    The document is a dict of plain texts, in the language of the contract; the PDF, the portal
    and the comparison of versions are all made of it. It is put together anew as long as the
    contract is prepared. What is sent to be signed is kept, and so a customer who moves, or a
    product that is renamed, changes nothing that was signed.
    """

    _inherit = "sales.contract"

    # === FIELDS === #
    template_id = fields.Many2one(
        "sales.contract.template",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('contract_type', 'in', (False, contract_type))]",
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language of Document",
        compute="_compute_lang",
        store=True,
        readonly=False,
        precompute=True,
    )
    article_ids = fields.One2many("sales.contract.article", "contract_id", string="Clauses")
    document = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The document as it was sent to be signed.",
    )
    document_blanks = fields.Text(
        string="Blank in the Text",
        compute="_compute_document_blanks",
        help="Values that the text asks for and that the contract does not have.",
    )

    # === COMPUTE METHODS === #
    @api.depends("partner_id")
    def _compute_lang(self):
        for contract in self:
            # Clauses stay in the language that they were taken in.
            if not contract.lang or not contract.article_ids:
                contract.lang = contract.partner_id.lang or self.env.lang or "en_US"

    # What a text asks for lies in records without end, and is looked at when it is shown.
    def _compute_document_blanks(self):
        for contract in self:
            names = [] if contract.document else contract._get_blank_names()
            labels = [self._get_placeholder_label(name) for name in names]
            contract.document_blanks = ", ".join(labels) or False

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        contracts.filtered("template_id")._take_template()
        return contracts

    def write(self, vals):
        if not DOCUMENT_FIELDS.isdisjoint(vals):
            self._check_terms_open()
        taking = self.filtered(
            lambda contract: (
                vals.get("template_id", contract.template_id.id) != contract.template_id.id
                or vals.get("lang", contract.lang) != contract.lang
            )
        )
        taking._check_nothing_edited()
        result = super().write(vals)
        taking._take_template()
        return result

    def copy(self, default=None):
        """Copy the clauses as they stand, not as the template has them by now."""
        copies = super().copy(default)
        for contract, copied in zip(self, copies, strict=True):
            articles = copied.sudo().article_ids
            articles.unlink()
            articles.create(
                [
                    {**values, "contract_id": copied.id}
                    for values in contract.sudo().article_ids._prepare_copy_values()
                ]
            )
        return copies

    # === ACTION METHODS === #
    def action_print_contract(self):
        return self.env.ref("sales_system.sales_contract_report").report_action(self)

    # === BUSINESS METHODS === #
    def _check_not_protected(self, vals):
        super()._check_not_protected(vals)
        if not self.env.su and not PROTECTED_FIELDS.isdisjoint(vals):
            raise UserError(
                self.env._("The document of a contract is made of its terms and its clauses.")
            )

    def _update_state(self, allowed, target, **values):
        result = super()._update_state(allowed, target, **values)
        if target in FIXED_STATES:
            for contract in self.sudo().filtered(lambda contract: not contract.document):
                contract.document = contract._build_document()
        elif target == "draft":
            self.sudo().document = False
        return result

    def _check_nothing_edited(self):
        """:raises UserError: taking the clauses of a template would drop what somebody wrote"""
        for contract in self:
            if edited := contract.article_ids.filtered("is_edited"):
                raise UserError(
                    self.env._(
                        "%(clauses)s of %(contract)s were changed by hand, and another template "
                        "or language would drop that. Restore these clauses first.",
                        clauses=", ".join(edited.mapped("display_name")),
                        contract=contract.display_name,
                    )
                )

    def _take_template(self):
        """Copy the clauses of the template; those that were written for the contract stay."""
        for contract in self:
            articles = contract.sudo().article_ids
            articles.filtered("clause_id").unlink()
            articles.create(
                [
                    {**clause._prepare_article_values(contract.lang), "contract_id": contract.id}
                    for clause in contract.sudo().template_id.clause_ids
                ]
            )

    # === DOCUMENT === #
    def _get_document(self):
        """:return: dict of the texts that the contract consists of, as sent or as of now"""
        self.ensure_one()
        # It is put together as superuser, for the same text whoever prints it.
        self.check_access("read")
        return self.sudo().document or self._build_document()

    def _get_document_digest(self):
        """:return: str that any change of the document would change"""
        content = json.dumps(self._get_document(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def _build_document(self):
        self.ensure_one()
        # Whoever prints it: the other party reads the same.
        contract = self.sudo().with_context(lang=self.lang)
        values = contract._get_placeholder_values()
        return {
            "title": contract._get_document_title(),
            "subject": contract.title or "",
            "number": contract.name,
            "version": contract.version,
            "lang": contract.lang,
            "values": values,
            "parties": contract._get_document_parties(values),
            "facts": contract._get_document_facts(values),
            "articles": contract._get_document_articles(values),
            "lines": contract._get_document_lines(),
            "milestones": contract._get_document_milestones(),
            "annexes": contract._get_annexes().mapped("name"),
        }

    def _get_document_title(self):
        types = dict(self._fields["contract_type"]._description_selection(self.env))
        return self.template_id.title or self.env._(
            "%(type)s Contract", type=types[self.contract_type]
        )

    def _get_document_parties(self, values):
        """:return: list of the two parties, ours first"""
        roles = {
            "company_id": self.env._("Party A"),
            "partner_id": self.env._("Party B"),
        }
        return [
            {
                "role": role,
                **{name: values[f"contract.{record}.{name}"] for name in PARTY_FIELDS},
            }
            for record, role in roles.items()
        ]

    def _get_document_facts(self, values):
        """:return: list of what the head of the contract says: key, label and text"""
        payment_term = self.payment_term_id.name
        others = ", ".join(self.other_partner_ids.mapped("name"))
        facts = [
            ("date_from", self._get_field_label("date_from"), values["contract.date_from"]),
            ("date_to", self._get_field_label("date_to"), values["contract.date_to"]),
            ("renewal", self._get_field_label("renewal"), values["contract.renewal"]),
            ("notice", self.env._("Period of notice"), values["contract.notice"]),
            ("parent_id", self._get_field_label("parent_id"), self.parent_id.name),
            ("territory_id", self._get_field_label("territory_id"), self.territory_id.name),
            ("other_partner_ids", self._get_field_label("other_partner_ids"), others),
            ("payment_term_id", self._get_field_label("payment_term_id"), payment_term),
            ("amount", self._get_field_label("amount"), values["contract.amount"]),
            ("words", self.env._("Amount in words"), values["contract.amount_in_words"]),
        ]
        return [{"key": key, "label": label, "text": text} for key, label, text in facts if text]

    def _get_field_label(self, name):
        return self._fields[name]._description_string(self.env)

    def _get_document_articles(self, values):
        """:return: list of sections and clauses with their numbers, placeholders filled"""
        return [
            {
                "key": (article.root_id or article).id,
                "is_section": bool(article.display_type),
                "label": label,
                "name": fill(article.name, values, BLANK),
                "paragraphs": article._get_paragraphs(count, values),
            }
            for article, (count, label) in self._number_articles().items()
        ]

    def _get_blank_names(self):
        """:return: list of placeholders that the clauses use and that have no value"""
        self.ensure_one()
        text = "\n".join(f"{article.name}\n{article.text}" for article in self.article_ids)
        names = [name for name in find_names(text) if name in PLACEHOLDERS]
        if not names:
            return []
        values = self._get_placeholder_values()
        return [name for name in names if not values[name]]

    def _number_articles(self):
        """Count sections and clauses, the clauses on through all sections.

        :return: dict of article → (count, number as it is printed), in the order of the text
        """
        self.ensure_one()
        numbers, sections, clauses = {}, 0, 0
        # What has just been added in a form has no id yet, and stands last.
        order = self.article_ids.sorted(lambda a: (a.sequence, a._origin.id or maxsize))
        for article in order:
            if article.display_type:
                sections += 1
                numbers[article] = sections, self._get_section_label(sections)
            elif article.name:
                clauses += 1
                numbers[article] = clauses, self._get_article_label(clauses)
            else:
                numbers[article] = 0, ""
        return numbers

    def _get_section_label(self, number):
        if self._is_chinese():
            return f"第{numeral(number)}章"
        return self.with_context(lang=self.lang).env._("Chapter %(number)s", number=number)

    def _get_article_label(self, number):
        if self._is_chinese():
            return f"第{numeral(number)}条"
        return self.with_context(lang=self.lang).env._("Article %(number)s", number=number)
