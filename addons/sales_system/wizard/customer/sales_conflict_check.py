from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...engine.conflict import search_keys
from ...models.customer.sales_conflict_finding import LIMIT
from ...models.customer.sales_conflict_radar import MATCH_KIND, RECORD_TYPE


class SalesConflictCheck(models.TransientModel):
    """Conflict check: one box that answers whether somebody works on a customer already."""

    _name = "sales.conflict.check"
    _description = "Conflict Check"

    text = fields.Char(string="Name, Phone, Email or Tax ID")
    searched = fields.Char(readonly=True, export_string_translation=False)
    line_ids = fields.One2many("sales.conflict.check.line", "check_id", readonly=True)
    answer = fields.Char(compute="_compute_answer")
    has_trigram = fields.Boolean(compute="_compute_has_trigram")

    # === COMPUTE METHODS === #
    @api.depends("searched", "line_ids")
    def _compute_answer(self):
        for check in self:
            count = len(check.line_ids)
            if not check.searched:
                check.answer = False
            elif not count:
                check.answer = self.env._("Nobody is known by that in your companies.")
            elif count == LIMIT:
                check.answer = self.env._(
                    "These are the best %(count)s. Say more of the name to see others.",
                    count=count,
                )
            else:
                check.answer = self.env._("Found: %(count)s", count=count)

    def _compute_has_trigram(self):
        self.has_trigram = self.env.registry.has_trigram

    # === ACTION METHODS === #
    def action_search(self):
        """Answer in the form, and write down who searched for what."""
        self.ensure_one()
        text = (self.text or "").strip()
        self._check_text(text)
        radar = self.env["sales.conflict.radar"]
        hits = radar._search_text(text)
        self.env["sales.conflict.search"]._log(text, hits)
        lines = [Command.create(self._prepare_line_values(radar, hit)) for hit in hits]
        # Nobody writes lines but the search, so that nobody makes up what it found.
        self.sudo().write({"searched": text[:100], "line_ids": [Command.clear(), *lines]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Conflict Check"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === BUSINESS METHODS === #
    def _check_text(self, text):
        """:raises UserError: there is nothing in it that a customer is known by"""
        if not text:
            raise UserError(
                self.env._(
                    "The search is empty. Type a name, a phone number, an email address or a "
                    "tax ID of the customer."
                )
            )
        if not search_keys(text):
            raise UserError(
                self.env._(
                    "No customer is known by “%(text)s”: it is too short, or has only "
                    "signs. Type at least two letters of the name, six digits of the phone number, "
                    "a whole email address or tax ID.",
                    text=text[:40],
                )
            )

    def _prepare_line_values(self, radar, hit):
        return {
            "record_type": hit.record_type,
            "matched_by": hit.matched_by,
            "name": hit.name,
            "owner": radar._describe_owner(hit),
            "since": hit.since,
            "res_model": hit.record._name if hit.is_readable else False,
            "res_id": hit.record.id if hit.is_readable else False,
        }


class SalesConflictCheckLine(models.TransientModel):
    """One record that is known, as far as the user may know."""

    _name = "sales.conflict.check.line"
    _description = "Conflict Found"

    check_id = fields.Many2one("sales.conflict.check", required=True, ondelete="cascade")
    record_type = fields.Selection(RECORD_TYPE, string="Kind", readonly=True)
    matched_by = fields.Selection(MATCH_KIND, string="Found By", readonly=True)
    name = fields.Char(readonly=True)
    owner = fields.Char(string="Looked After By", readonly=True)
    since = fields.Date(readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    # === ACTION METHODS === #
    def action_open(self):
        """Open the record; what one may not read is not in the line at all."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
