from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.conflict import CONFLICT_KINDS

# Records per transaction of the backfill, and per statement of everything else.
BATCH_RECORDS = 2_000
# The transaction's records whose keys are to be renewed; see SalesIdentityKey._touch.
PENDING = "sales_identity.pending"
# The column that names a record, by model.
RECORD_COLUMN = {"res.partner": "partner_id", "crm.lead": "lead_id"}


def trigram_index(registry):
    """:return: definition of an index for similar names, where the database can have one"""
    return "USING gin (key gin_trgm_ops) WHERE kind = 'name'" if registry.has_trigram else ""


class SalesIdentityKey(models.Model):
    """Identity key: by which a customer or lead is found, however it is written.

    Kept by SQL from what the records hold, never by hand, and read by nobody: a key tells of
    records that one may not see.
    """

    _name = "sales.identity.key"
    _description = "Identity Key"
    _log_access = False
    _order = "kind, key"

    partner_id = fields.Many2one("res.partner", ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", ondelete="cascade")
    kind = fields.Char(required=True)
    key = fields.Char(required=True)

    _known_kind = models.Constraint(f"CHECK (kind IN {CONFLICT_KINDS})", "This is no kind of key.")
    _one_record = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "A key belongs to a customer or to a lead.",
    )
    # No unique index: merging partners looks for constraints before it moves rows.
    _partner_key = models.Constraint("UNIQUE (partner_id, kind, key)", "Each key once.")
    _lead_key = models.Constraint("UNIQUE (lead_id, kind, key)", "Each key once.")
    _key_idx = models.Index("(key text_pattern_ops, kind)")
    _name_trgm_idx = models.Index(trigram_index)

    # === BUSINESS METHODS === #
    @api.model
    def _touch(self, model, ids):
        """Remember records whose keys may have to change in this transaction.

        They are renewed once, just before it commits, however many writes it makes. A reader
        inside the same transaction calls :meth:`_renew_pending` first.
        """
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = {}
            precommit.add(self._renew_pending)
        precommit.data[PENDING].setdefault(model, set()).update(ids)

    @api.model
    def _renew_pending(self):
        for model in RECORD_COLUMN:
            self.env[model].flush_model()
        pending = self.env.cr.precommit.data.pop(PENDING, {})
        for model, ids in pending.items():
            ids = sorted(ids)
            for start in range(0, len(ids), BATCH_RECORDS):
                self._renew(model, ids[start : start + BATCH_RECORDS])

    @api.model
    def _renew(self, model, ids):
        """Make the keys of records what the records say, in three statements.

        :param str model: a key of ``RECORD_COLUMN``
        """
        keys = self.env[model]._get_identity_keys(ids)
        column = SQL.identifier(RECORD_COLUMN[model])
        wanted = SQL(
            "SELECT * FROM unnest(%s::int[], %s::text[], %s::text[]) AS wanted (id, kind, key)",
            *([list(part) for part in zip(*keys, strict=True)] or ([], [], [])),
        )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM sales_identity_key known
                 WHERE known.%(column)s = ANY(%(ids)s)
                   AND (known.%(column)s, known.kind, known.key) NOT IN (%(wanted)s)
                """,
                column=column,
                ids=ids,
                wanted=wanted,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_identity_key (%(column)s, kind, key) %(wanted)s
                    ON CONFLICT DO NOTHING
                """,
                column=column,
                wanted=wanted,
            )
        )
        self.invalidate_model(flush=False)
