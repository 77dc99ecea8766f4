import base64

from odoo import fields, models
from odoo.exceptions import UserError

from .sales_channel_report import OPEN_STATES


class SalesChannelReport(models.Model):
    """Takes files of those who fill one report in and have no business with other imports."""

    _inherit = "sales.channel.report"

    import_ids = fields.One2many(
        "sales.import",
        "channel_report_id",
        string="Files",
        groups="sales_team.group_sale_manager",
    )

    # === ACTION METHODS === #
    def action_open_imports(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Files of %(report)s", report=self.display_name),
            "res_model": "sales.import",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("channel_report_id", "=", self.id)],
            "context": {
                "default_kind": "channel_sale",
                "default_channel_report_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }

    # === BUSINESS METHODS === #
    def _upload(self, kind, content, filename):
        """Import a file into the report, all its rows or none.

        :param kind: of ``sales.import``
        :param bytes content: of the file
        :return: (number of rows, list of refused cells: row, column, value and reason)
        :raises UserError: the file as a whole cannot be taken
        """
        self.ensure_one()
        self._check_state(*OPEN_STATES)
        # Whoever may write the report may fill it; imports at large are an administrator's.
        upload = (
            self.env["sales.import"]
            .sudo()
            .create(
                {
                    "kind": kind,
                    "company_id": self.company_id.id,
                    "channel_report_id": self.id,
                    "file": base64.b64encode(content),
                    "filename": filename,
                }
            )
        )
        if upload.file_problem:
            raise UserError(upload.file_problem)
        upload._check()
        if upload.reject_count:
            refused = upload.reject_ids.read(["row_number", "title", "value", "reason"])
            upload.unlink()
            return 0, refused
        if error := upload._import_error_message():
            raise UserError(error)
        upload._import()
        return upload.imported_count, []

    def _get_reject_sentence(self, refused):
        """:param dict refused: cell as :meth:`_upload` returns it"""
        return self.env._(
            "Row %(row)s: %(title)s “%(value)s” %(reason)s.",
            row=refused["row_number"],
            title=refused["title"] or "",
            value=refused["value"] or "",
            reason=refused["reason"],
        )
