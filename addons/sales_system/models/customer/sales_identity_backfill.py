from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

from .sales_identity_key import BATCH_RECORDS, RECORD_COLUMN


class SalesIdentityBackfill(models.Model):
    """Key backfill: how far the records that are older than the conflict check have keys.

    One row per model. Each batch moves the row in the same transaction: a kill loses one
    batch, and the next run goes on from there.
    """

    _name = "sales.identity.backfill"
    _description = "Identity Key Backfill"
    _log_access = False
    _order = "id"

    model = fields.Char(required=True)
    last_id = fields.Integer("Keys Up To")
    max_id = fields.Integer("Last Record")

    _model_unique = models.UniqueIndex("(model)")

    @api.model
    def _start(self):
        """Plan the records that exist now; new ones get their keys as they come."""
        self.search([]).unlink()
        for model in RECORD_COLUMN:
            table = SQL.identifier(self.env[model]._table)
            ((max_id,),) = self.env.execute_query(SQL("SELECT MAX(id) FROM %s", table))
            if max_id:
                self.create({"model": model, "max_id": max_id})
        if self.search_count([]):
            self.env.ref("sales_system.ir_cron_sales_identity_backfill")._trigger()

    @api.model
    def _cron_backfill(self):
        cron = self.env["ir.cron"]
        for backfill in self.search([]):
            while backfill.last_id < backfill.max_id:
                try:
                    done = backfill._fill_batch()
                except SerializationFailure:
                    # Somebody has just changed one of the records: look again.
                    self.env.cr.rollback()
                    continue
                if not cron._commit_progress(done, remaining=self._get_remaining()):
                    return
        self.search([]).unlink()

    def _fill_batch(self):
        """Lock the records meanwhile, lest a key outlives a change that is under way.

        :return: number of records that have their keys now
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id > %s AND id <= %s ORDER BY id LIMIT %s FOR SHARE",
                SQL.identifier(self.env[self.model]._table),
                self.last_id,
                self.max_id,
                BATCH_RECORDS,
            )
        )
        ids = [record_id for (record_id,) in rows]
        self.env["sales.identity.key"]._renew(self.model, ids)
        self.last_id = ids[-1] if ids else self.max_id
        return len(ids)

    @api.model
    def _get_remaining(self):
        """:return: about how many records have no keys yet"""
        return sum(backfill.max_id - backfill.last_id for backfill in self.search([]))
