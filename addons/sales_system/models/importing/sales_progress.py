from odoo import api, fields, models
from odoo.tools import SQL


class SalesProgress(models.Model):
    """Progress of long work: how far a record's running job has come.

    Written from a cursor of its own, so that others see it while the work itself is still
    one open transaction; and kept apart from the record, which that transaction writes.
    """

    _name = "sales.progress"
    _description = "Progress"
    _log_access = False

    res_model = fields.Char(required=True, export_string_translation=False)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, export_string_translation=False
    )
    done = fields.Integer(export_string_translation=False)
    total = fields.Integer(export_string_translation=False)

    _record_unique = models.UniqueIndex("(res_model, res_id)")

    @api.model
    def _report(self, record, done, total):
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO sales_progress (res_model, res_id, done, total)
                    VALUES (%s, %s, %s, %s)
                    ON CONFLICT (res_model, res_id)
                    DO UPDATE SET done = EXCLUDED.done, total = EXCLUDED.total
                    """,
                    record._name,
                    record.id,
                    done,
                    total,
                )
            )

    @api.model
    def _get(self, records):
        """:return: dict of record id → percentage done"""
        rows = self.sudo().search_fetch(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)],
            ["res_id", "done", "total"],
        )
        return {row.res_id: 100.0 * row.done / row.total for row in rows if row.total}
