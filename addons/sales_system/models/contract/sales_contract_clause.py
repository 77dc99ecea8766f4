from odoo import api, fields, models
from odoo.exceptions import ValidationError

CLAUSE_TYPE = [("line_section", "Section")]


class SalesContractClause(models.Model):
    """Clause: a text of a template, with placeholders for what each contract says of its own.

    A *section* groups the clauses after it. A clause without a heading is not counted, as the
    preamble of a contract is not. Each line of a text is a paragraph.
    """

    _name = "sales.contract.clause"
    _description = "Contract Clause"
    _order = "template_id, sequence, id"

    # === FIELDS === #
    template_id = fields.Many2one(
        "sales.contract.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    display_type = fields.Selection(CLAUSE_TYPE)
    name = fields.Char(string="Heading", translate=True)
    text = fields.Text(translate=True)
    is_mandatory = fields.Boolean(
        string="Mandatory",
        help="Only administrators of Sales change it in a contract, or leave it out.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _section_has_a_heading = models.Constraint(
        "CHECK (display_type IS NULL OR name IS NOT NULL)",
        "A section of a contract template needs a heading.",
    )
    _not_empty = models.Constraint(
        "CHECK (display_type IS NOT NULL OR text IS NOT NULL)",
        "A clause needs a text. Enter one, or make it a section.",
    )

    # === CONSTRAINT METHODS === #
    @api.constrains("name", "text")
    def _check_placeholders(self):
        """Look at every language: a translation can ask for what the source does not."""
        for clause in self:
            for lang, _name in self.env["res.lang"].get_installed():
                translated = clause.with_context(lang=lang)
                if error := self.env["sales.contract"]._get_placeholder_error(
                    f"{translated.name or ''}\n{translated.text or ''}", clause.display_name
                ):
                    raise ValidationError(error)

    # === COMPUTE METHODS === #
    @api.depends("name", "text")
    def _compute_display_name(self):
        for clause in self:
            clause.display_name = clause.name or (clause.text or "")[:40]

    # === CRUD METHODS === #
    def update_field_translations(self, field_name, translations, source_lang=""):
        # Translations are stored past write, and so past the constraint.
        result = super().update_field_translations(field_name, translations, source_lang)
        self._check_placeholders()
        return result

    # === BUSINESS METHODS === #
    def _prepare_article_values(self, lang):
        """:return: dict of a contract's own copy of the clause, in one language"""
        self.ensure_one()
        clause = self.with_context(lang=lang)
        return {
            "clause_id": clause.id,
            "sequence": clause.sequence,
            "display_type": clause.display_type,
            "is_mandatory": clause.is_mandatory,
            "name": clause.name,
            "text": clause.text,
            "template_name": clause.name,
            "template_text": clause.text,
        }
