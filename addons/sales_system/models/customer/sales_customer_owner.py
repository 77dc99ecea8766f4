from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.sql import table_exists

OWNER_REASON = [
    ("hand", "By Hand"),
    ("handover", "Handover"),
    ("pool", "Public Pool"),
    ("import", "Import"),
    ("start", "Before the History Began"),
]


class OwnerReason(NamedTuple):
    """Why the salesperson of customers changes, in the context under ``sales_owner_reason``.

    Of a class of its own: no program that calls the server can send it, and so the history
    names no pool and no handover that there never was.
    """

    # A key of OWNER_REASON.
    reason: str
    # The same in words.
    note: str | bool = False


class SalesCustomerOwner(models.Model):
    """Who looked after a customer, from when to when, and how they came to it.

    An interval is inserted open and ended once, by SQL, when the salesperson of a customer
    changes; an interval without a person is a time in which nobody looked after them.

    Whoever moves customers says why by the context key ``sales_owner_reason``: an
    :class:`OwnerReason`.
    """

    _name = "sales.customer.owner"
    _description = "Salesperson of a Customer over Time"
    _inherit = ["sales.append.only.mixin"]
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: nobody.",
    )
    date_from = fields.Datetime(string="From", required=True, readonly=True)
    date_to = fields.Datetime(string="To", readonly=True)
    reason = fields.Selection(OWNER_REASON, required=True, readonly=True)
    note = fields.Char(readonly=True)
    changed_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")

    # Two who give a customer away at once: the second one's transaction is run again.
    _open_unique = models.UniqueIndex(
        "(partner_id) WHERE date_to IS NULL",
        "Somebody else is changing the salesperson of this customer. Try again.",
    )
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)", "Nobody gives a customer away before they have it."
    )

    def _auto_init(self):
        # Who looks after customers today did so before there was a history.
        is_new = not table_exists(self.env.cr, self._table)
        result = super()._auto_init()
        if is_new:
            self._begin()
        return result

    def init(self):
        """The database itself refuses to change a fact but for its end, and that once.

        Merging contacts may rename its customer.
        """
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_customer_history_refuse_change() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'The history of customers is append-only.'
                    USING ERRCODE = 'restrict_violation';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_customer_owner_no_update
                BEFORE UPDATE OF user_id, date_from, reason, note, changed_by_id
                ON sales_customer_owner
                FOR EACH STATEMENT EXECUTE FUNCTION sales_customer_history_refuse_change();
            CREATE OR REPLACE TRIGGER sales_customer_owner_ended
                BEFORE UPDATE OF date_to ON sales_customer_owner
                FOR EACH ROW WHEN (OLD.date_to IS NOT NULL)
                EXECUTE FUNCTION sales_customer_history_refuse_change();
            """
        )

    # === BUSINESS METHODS === #
    def _append_only_error(self):
        return UserError(
            self.env._(
                "The history of salespersons follows the salesperson of the customer and is "
                "never edited. Change the salesperson instead: that is written down."
            )
        )

    @api.model
    def _begin(self):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_customer_owner (partner_id, user_id, date_from, reason)
                SELECT id, user_id, %s, 'start'
                  FROM res_partner
                 WHERE user_id IS NOT NULL AND commercial_partner_id = id
                """,
                fields.Datetime.now(),
            )
        )

    @api.model
    def _follow(self, partners):
        """End and begin intervals where the salesperson of a customer is another one now.

        Two statements, however many customers there are.
        """
        partners.flush_recordset(["user_id", "commercial_partner_id"])
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_customer_owner owner SET date_to = GREATEST(%s, owner.date_from)
                  FROM res_partner partner
                 WHERE partner.id = ANY(%s) AND owner.partner_id = partner.id
                   AND owner.date_to IS NULL
                   AND (owner.user_id IS DISTINCT FROM partner.user_id
                        OR partner.commercial_partner_id <> partner.id)
                """,
                now,
                partners.ids,
            )
        )
        self.env.cr.execute(self._begin_query(partners, now))
        self.invalidate_model()
        partners.invalidate_recordset(["customer_owner_ids"])

    @api.model
    def _begin_query(self, partners, now):
        """Nobody at all is written down only after somebody."""
        told = self.env.context.get("sales_owner_reason")
        if not isinstance(told, OwnerReason):
            told = OwnerReason("import" if self.env.context.get("import_file") else "hand")
        return SQL(
            """
            INSERT INTO sales_customer_owner
                   (partner_id, user_id, date_from, reason, note, changed_by_id)
            SELECT partner.id, partner.user_id, GREATEST(%(now)s, last.date_to), %(reason)s,
                   %(note)s, %(uid)s
              FROM res_partner partner
              LEFT JOIN (
                    SELECT partner_id, MAX(COALESCE(date_to, 'infinity')) AS date_to
                      FROM sales_customer_owner
                     WHERE partner_id = ANY(%(ids)s)
                     GROUP BY partner_id
                   ) last ON last.partner_id = partner.id
             WHERE partner.id = ANY(%(ids)s) AND partner.commercial_partner_id = partner.id
               AND last.date_to IS DISTINCT FROM 'infinity'
               AND (partner.user_id IS NOT NULL OR last.date_to IS NOT NULL)
            """,
            now=now,
            reason=told.reason,
            note=told.note or None,
            uid=self.env.uid,
            ids=partners.ids,
        )
