"""Checks over the installed addons together."""

from odoo.tests import TransactionCase, tagged

from tools import paths

ADDONS = paths.ADDON_NAMES


@tagged("post_install", "-at_install")
class TestAccessLines(TransactionCase):
    """Without an access line nobody but the superuser can use a model."""

    def test_every_model_has_an_access_line(self):
        models = self.env["ir.model"].search([])
        ours = models.filtered(lambda model: self.env[model.model]._original_module in ADDONS)
        closed = ours.filtered(
            lambda model: not self.env[model.model]._abstract and not model.access_ids
        )
        self.assertFalse(closed.mapped("model"))

    def test_every_access_line_names_a_group(self):
        """A line without a group opens a model to the public."""
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.model.access"), ("module", "in", ADDONS)]
        )
        lines = self.env["ir.model.access"].browse(data.mapped("res_id"))
        self.assertFalse(lines.filtered(lambda line: not line.group_id).mapped("name"))
