from odoo import api, fields, models
from odoo.tools import SQL

from .sales_ledger_entry import LEDGER_EVENT
from .sales_ledger_posting import DOCUMENT_MODEL

# Documents per transaction: seconds of work to lose when the server is killed.
BATCH_DOCUMENTS = 10_000


class SalesLedgerBackfill(models.Model):
    """Ledger backfill: how far the documents that are older than the ledger are posted.

    One row per event. Each batch posts the documents of a range of ids and moves the row
    in the same transaction: a kill loses one batch and the next run goes on from there.
    """

    _name = "sales.ledger.backfill"
    _description = "Sales Ledger Backfill"
    _log_access = False
    _order = "id"

    event = fields.Selection(LEDGER_EVENT, required=True)
    last_id = fields.Integer("Posted Up To")
    max_id = fields.Integer("Last Document")

    _event_unique = models.UniqueIndex("(event)")

    @api.model
    def _start(self):
        """Plan the documents that exist now; new ones are posted as they come."""
        self.search([]).unlink()
        for event, model in DOCUMENT_MODEL.items():
            table = SQL.identifier(self.env[model]._table)
            ((max_id,),) = self.env.execute_query(SQL("SELECT MAX(id) FROM %s", table))
            if max_id:
                self.create({"event": event, "max_id": max_id})
        if self.search_count([]):
            self.env.ref("sales_system.ir_cron_sales_ledger_backfill")._trigger()

    def _post_batch(self):
        """Post the next batch of documents.

        :return: number of documents in it
        """
        self.ensure_one()
        table = SQL.identifier(self.env[DOCUMENT_MODEL[self.event]]._table)
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id > %s AND id <= %s ORDER BY id LIMIT %s",
                table,
                self.last_id,
                self.max_id,
                BATCH_DOCUMENTS,
            )
        )
        ids = [document_id for (document_id,) in rows]
        self.env["sales.ledger.posting"]._post(self.event, ids)
        self.last_id = ids[-1] if ids else self.max_id
        return len(ids)

    @api.model
    def _cron_backfill(self):
        cron = self.env["ir.cron"]
        for backfill in self.search([]):
            while backfill.last_id < backfill.max_id:
                done = backfill._post_batch()
                if not cron._commit_progress(done, remaining=self._get_remaining()):
                    return
        self.search([]).unlink()

    @api.model
    def _get_remaining(self):
        """:return: about how many documents are still to be posted"""
        return sum(backfill.max_id - backfill.last_id for backfill in self.search([]))

    @api.model
    def _get_percentage(self):
        """:return: how much of the backfill is done, or None where there is none"""
        backfills = self.search([])
        total = sum(backfills.mapped("max_id"))
        return 100 * (total - self._get_remaining()) // total if total else None
