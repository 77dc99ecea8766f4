from markupsafe import Markup

from odoo import api, models

from ...engine.text_diff import DELETED, EQUAL, INSERTED, align, compare
from .sales_contract_document import PARTY_FIELDS

MARKS = {
    EQUAL: Markup("%s"),
    DELETED: Markup("<del>%s</del>"),
    INSERTED: Markup("<ins>%s</ins>"),
}


class SalesContract(models.Model):
    """What two versions of a contract say differently."""

    _inherit = "sales.contract"

    # === ACTION METHODS === #
    def action_compare(self):
        """Show the differences to the version before."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Differences"),
            "res_model": "sales.contract.comparison",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    # === BUSINESS METHODS === #
    @api.model
    def _mark_changes(self, old, new):
        """:return: Markup of the new text with what was taken out of the old one and put in"""
        return Markup("").join(MARKS[kind] % piece for kind, piece in compare(old, new))

    def _get_differences(self, other):
        """Compare the document with an older one.

        :return: list of sections, each a dict with its name and the entries that differ
        """
        self.ensure_one()
        before, after = other._get_comparable(), self._get_comparable()
        sections = [
            {"name": name, "entries": self._compare_entries(before[name], after[name])}
            for name in after
        ]
        return [section for section in sections if section["entries"]]

    def _get_comparable(self):
        """:return: dict of section → dict of key → (name, dict of label → text)"""
        document = self._get_document()
        columns = {
            "name": self.env._("Product"),
            "price": self.env._("Price"),
            "unit": self.env._("Unit"),
            "minimum": self.env._("Minimum"),
            "maximum": self.env._("Agreed"),
            "amount": self.env._("Amount"),
            "date": self.env._("Due"),
            "kind": self.env._("Kind"),
            "percent": self.env._("Share"),
        }

        def table(rows):
            return {
                row["key"]: (
                    row["cells"]["name"],
                    {columns[name]: text for name, text in row["cells"].items()},
                )
                for row in rows
            }

        return {
            self.env._("Head"): self._get_comparable_head(document),
            self.env._("Clauses"): {
                article["key"]: self._get_comparable_article(article)
                for article in document["articles"]
            },
            self.env._("Lines"): table(document["lines"]),
            self.env._("Milestones"): table(document["milestones"]),
            self.env._("Annexes"): {name: (name, {"": name}) for name in document["annexes"]},
        }

    def _get_comparable_head(self, document):
        head = {
            "title": (self.env._("Title"), {"": document["title"]}),
            "subject": (self._get_field_label("title"), {"": document["subject"]}),
        }
        for party in document["parties"]:
            text = "\n".join(filter(None, (party[name] for name in PARTY_FIELDS)))
            head[party["role"]] = (party["role"], {"": text})
        for fact in document["facts"]:
            head[fact["key"]] = (fact["label"], {"": fact["text"]})
        return head

    @api.model
    def _get_comparable_article(self, article):
        # Numbers are left out: a clause that only moved down says the same.
        paragraphs = [paragraph["text"] for paragraph in article["paragraphs"]]
        name = f"{article['label']} {article['name']}".strip() or paragraphs[0][:40]
        return name, {"": "\n".join([article["name"], *paragraphs]).strip()}

    @api.model
    def _compare_entries(self, before, after):
        entries = []
        for key in align(list(before), list(after)):
            old_name, old = before.get(key, ("", {}))
            new_name, new = after.get(key, ("", {}))
            changes = [
                (label, self._mark_changes(old.get(label), new.get(label)))
                for label in new or old
                if (old.get(label) or "") != (new.get(label) or "")
            ]
            if changes:
                kind = "changed" if old and new else "added" if new else "removed"
                entries.append({"name": new_name or old_name, "kind": kind, "changes": changes})
        return entries
