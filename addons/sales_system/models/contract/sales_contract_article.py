from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine.placeholders import fill
from .sales_contract_clause import CLAUSE_TYPE

BLANK = "_" * 12
ITEM_MARKS = ("(", "（", "-", "–")
MANAGER = "sales_team.group_sale_manager"
TEXT_FIELDS = ("name", "text")
# Come with the template only.
PROTECTED_FIELDS = {"clause_id", "is_mandatory", "template_name", "template_text", "root_id"}


class SalesContractArticle(models.Model):
    """Article: a clause as it stands in one contract, in the language of the contract.

    Taken from a clause of the template or written for the contract. ``root_id`` is the article
    that this one was copied from in the first version, so that versions can be compared.
    """

    _name = "sales.contract.article"
    _description = "Contract Article"
    _inherit = ["sales.protected.fields.mixin"]
    _order = "contract_id, sequence, id"

    # === FIELDS === #
    contract_id = fields.Many2one("sales.contract", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    display_type = fields.Selection(CLAUSE_TYPE)
    name = fields.Char(string="Heading")
    text = fields.Text()
    number = fields.Char(string="Article", compute="_compute_number")
    clause_id = fields.Many2one(
        "sales.contract.clause",
        string="Clause of Template",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_mandatory = fields.Boolean(string="Mandatory", readonly=True)
    template_name = fields.Char(readonly=True, export_string_translation=False)
    template_text = fields.Text(string="Text of Template", readonly=True)
    is_edited = fields.Boolean(string="Changed", compute="_compute_is_edited")
    root_id = fields.Many2one(
        "sales.contract.article",
        string="First Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    # === CONSTRAINTS AND INDEXES === #
    _section_has_a_heading = models.Constraint(
        "CHECK (display_type IS NULL OR name IS NOT NULL)",
        "A section of a contract needs a heading.",
    )
    _not_empty = models.Constraint(
        "CHECK (display_type IS NOT NULL OR text IS NOT NULL)",
        "A clause of a contract needs a text. Enter one, or delete the clause.",
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "text")
    def _compute_display_name(self):
        for article in self:
            article.display_name = article.name or (article.text or "")[:40]

    @api.depends(
        "contract_id.lang",
        "contract_id.article_ids.sequence",
        "contract_id.article_ids.display_type",
        "contract_id.article_ids.name",
    )
    def _compute_number(self):
        for contract in self.contract_id:
            numbers = contract._number_articles()
            for article in self & contract.article_ids:
                article.number = numbers[article][1]
        (self - self.contract_id.article_ids).number = False

    @api.depends("name", "text", "template_name", "template_text", "clause_id")
    def _compute_is_edited(self):
        for article in self:
            article.is_edited = bool(article.clause_id) and (
                (article.name or "", article.text or "")
                != (article.template_name or "", article.template_text or "")
            )

    # === CONSTRAINT METHODS === #
    @api.constrains("name", "text")
    def _check_placeholders(self):
        for article in self:
            if error := article.contract_id._get_placeholder_error(
                f"{article.name or ''}\n{article.text or ''}", article.display_name
            ):
                raise ValidationError(error)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        contracts = self.env["sales.contract"]
        for vals in vals_list:
            self._check_not_protected(vals)
            contracts.browse(vals.get("contract_id"))._check_terms_open()
        articles = super().create(vals_list)
        articles.contract_id._check_terms_open()
        articles._log(self.env._("Clause added"), [("", article.text) for article in articles])
        return articles

    def write(self, vals):
        self._check_not_protected(vals)
        self.contract_id._check_terms_open()
        is_text = not {*TEXT_FIELDS, "display_type", "contract_id"}.isdisjoint(vals)
        if is_text:
            self._check_may_change()
        before = [article._get_full_text() for article in self]
        result = super().write(vals)
        self.contract_id._check_terms_open()
        if is_text:
            after = [article._get_full_text() for article in self]
            self._log(self.env._("Clause changed"), list(zip(before, after, strict=True)))
        return result

    def unlink(self):
        self.contract_id._check_terms_open()
        self._check_may_change()
        self._log(self.env._("Clause left out"), [(article.text, "") for article in self])
        return super().unlink()

    # === ACTION METHODS === #
    def action_restore(self):
        """Go back to the text of the template."""
        for article in self.filtered("is_edited"):
            article.write({"name": article.template_name, "text": article.template_text})
        return True

    # === BUSINESS METHODS === #
    def _get_full_text(self):
        self.ensure_one()
        return "\n".join(filter(None, (self.name, self.text)))

    def _prepare_copy_values(self):
        """:return: list of values of the same articles in another version of the contract"""
        return [
            {**vals, "contract_id": False, "root_id": (article.root_id or article).id}
            for article, vals in zip(self, self.copy_data(), strict=True)
        ]

    def _get_paragraphs(self, count, values):
        """Number the paragraphs of a clause that has several: 3.1, 3.2.

        A line that begins with a bracket or a dash belongs to the paragraph above.

        :return: list of dicts with the number and the text of each
        """
        self.ensure_one()
        lines = [line.strip() for line in fill(self.text, values, BLANK).splitlines()]
        lines = [line for line in lines if line]
        heads = sum(not line.startswith(ITEM_MARKS) for line in lines)
        paragraphs, number = [], 0
        for line in lines:
            is_item = line.startswith(ITEM_MARKS)
            number += not is_item
            counted = count and heads > 1 and not is_item
            paragraphs.append(
                {
                    "number": f"{count}.{number}" if counted else "",
                    "text": line,
                    "is_item": is_item,
                }
            )
        return paragraphs

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a clause cannot be set by hand: they come from the template "
            "of the contract.",
            fields=labels,
        )

    def _check_may_change(self):
        """:raises UserError: a mandatory clause is changed by somebody who may not"""
        if self.env.su or self.env.user.has_group(MANAGER):
            return
        if mandatory := self.filtered("is_mandatory"):
            raise UserError(
                self.env._(
                    "%(clauses)s: mandatory clauses are changed or left out by administrators "
                    "of Sales only. Add a clause of your own instead, or ask one of them.",
                    clauses=", ".join(mandatory.mapped("display_name")),
                )
            )

    def _log(self, what, texts):
        """Keep on the contract who changed which words of it."""
        # As superuser the template is taken, or a version copied: nobody's edit.
        if self.env.su:
            return
        for article, (old, new) in zip(self, texts, strict=True):
            if (old or "") != (new or ""):
                article.contract_id._message_log(
                    body=Markup("<p><b>%s</b> %s</p><div>%s</div>")
                    % (what, article.display_name, article.contract_id._mark_changes(old, new))
                )
