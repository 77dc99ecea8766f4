from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.handover import HandoverKind

# Columns of a row of the preview, as every kind returns them.
COLLECTED = (
    "name",
    "partner_id",
    "amount",
    "currency_id",
    "company_amount",
    "team_id",
    "territory_id",
)


class SalesHandover(models.Model):
    """What a handover finds: one query for each kind of record."""

    _inherit = "sales.handover"

    # === HOOKS === #
    @api.model
    def _get_kinds(self):
        """Kinds of records that a handover moves, in the order of the preview.

        Another addon adds a kind with an entry here, a switch field and a method
        ``_collect_<kind>(user)``. It returns ``SQL`` of the records that a user looks after and
        that are still open, in the handover's company: ``res_id`` and the columns of
        ``COLLECTED``, where those that make no sense are NULL. The same query tells, when the
        day comes, which records can still move, and when undoing, which can move back.
        Writing the successor is all that moving does, unless the addon adds
        ``_move_<kind>(records, user, lines)``, which gets the records of one successor as
        superuser, for undoing as well.

        :return: dict of key → :class:`HandoverKind`
        """
        return {
            "customer": HandoverKind(self.env._("Customers"), "res.partner", "move_customers"),
            "lead": HandoverKind(
                self.env._("Leads and Opportunities"),
                "crm.lead",
                "move_leads",
                team_field="team_id",
            ),
            "quotation": HandoverKind(
                self.env._("Quotations"),
                "sale.order",
                "move_quotations",
                team_field="team_id",
                counts_amount=True,
            ),
            "order": HandoverKind(
                self.env._("Open Orders"),
                "sale.order",
                "move_orders",
                user_field="follow_up_user_id",
                fallback_field="user_id",
                counts_amount=True,
            ),
            "activity": HandoverKind(self.env._("Activities"), "mail.activity", "move_activities"),
        }

    @api.model
    def _get_activity_models(self):
        """:return: names of the models whose activities are sales work"""
        names = {kind.model for kind in self._get_kinds().values()} | {"account.move"}
        return sorted(name for name in names if "activity_ids" in self.env[name]._fields)

    # === COLLECTING === #
    def _collect(self):
        """Fill the preview: one statement for each kind, however many records there are."""
        self.ensure_one()
        self.env["sales.ledger.posting"]._post_pending()
        self.env.flush_all()
        active = {key: kind for key, kind in self._get_kinds().items() if self[kind.switch]}
        self.env.cr.execute(
            SQL(
                "DELETE FROM sales_handover_line WHERE handover_id = %s AND kind <> ALL(%s)",
                self.id,
                list(active),
            )
        )
        for sequence, (key, kind) in enumerate(active.items()):
            self.env.cr.execute(self._collect_statement(key, kind, sequence))
        self.collected_on = fields.Datetime.now()
        self._lines_changed()

    def _lines_changed(self):
        """Have everything that was made from the lines look at them again."""
        self.env["sales.handover.line"].invalidate_model()
        self.env["sales.handover.summary"].invalidate_model()
        self.invalidate_recordset(
            ["line_ids", "summary_ids", "line_count", "included_count", "approval_reasons"]
        )
        self.env.add_to_compute(self._fields["approval_state"], self)

    def _collect_statement(self, key, kind, sequence):
        """:return: ``SQL`` that lists the records of a kind; the choices made before stay"""
        columns = SQL(", ").join(map(SQL.identifier, COLLECTED))
        updates = SQL(", ").join(
            SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
            for name in COLLECTED
        )
        return SQL(
            """
            WITH found AS MATERIALIZED (
                SELECT * FROM (%(query)s) record WHERE %(scope)s
            ), gone AS (
                DELETE FROM sales_handover_line
                 WHERE handover_id = %(id)s AND kind = %(key)s
                   AND res_id NOT IN (SELECT res_id FROM found)
            )
            INSERT INTO sales_handover_line (
                handover_id, kind, sequence, res_model, res_id, %(columns)s,
                included, to_user_id, state, create_uid, create_date, write_uid, write_date
            )
            SELECT %(id)s, %(key)s, %(sequence)s, %(model)s, res_id, %(columns)s,
                   TRUE, %(to_user)s, 'planned', %(uid)s, now() AT TIME ZONE 'UTC',
                   %(uid)s, now() AT TIME ZONE 'UTC'
              FROM found
             ORDER BY partner_id, res_id
                ON CONFLICT (handover_id, kind, res_id) DO UPDATE SET %(updates)s
            """,
            query=self._get_collect_query(key, self.from_user_id),
            scope=self._get_scope(),
            id=self.id,
            key=key,
            sequence=sequence,
            model=kind.model,
            columns=columns,
            to_user=self.to_user_id.id,
            uid=self.env.uid,
            updates=updates,
        )

    def _get_collect_query(self, key, user):
        return getattr(self, f"_collect_{key}")(user)

    def _get_scope(self):
        """:return: ``SQL`` condition of the territory and team that the handover keeps to"""
        conditions = [SQL("TRUE")]
        for column, limit in (
            ("territory_id", self.territory_id),
            ("team_id", self.team_filter_id),
        ):
            if limit:
                conditions.append(
                    SQL(
                        "record.%s IN (SELECT id FROM %s WHERE parent_path LIKE %s)",
                        SQL.identifier(column),
                        SQL.identifier(limit._table),
                        f"{limit.parent_path}%",
                    )
                )
        return SQL(" AND ").join(conditions)

    def _in_company(self, alias, required=False):
        """:return: ``SQL`` condition: of the handover's company or, where that may be, of none"""
        column = SQL.identifier(alias, "company_id")
        if required:
            return SQL("%s = %s", column, self.company_id.id)
        return SQL("(%s IS NULL OR %s = %s)", column, column, self.company_id.id)

    # === KINDS === #
    def _collect_customer(self, user):
        """Customers and contacts; the amount is what they ordered in the last twelve months."""
        return SQL(
            """
            SELECT p.id AS res_id, p.complete_name AS name, p.commercial_partner_id AS partner_id,
                   booked.amount, c.currency_id, booked.amount AS company_amount,
                   worked.team_id, head.territory_id
              FROM res_partner p
              JOIN res_partner head ON head.id = p.commercial_partner_id
              JOIN res_company c ON c.id = %(company)s
              LEFT JOIN (
                    SELECT entry.partner_id, SUM(entry.amount) AS amount
                      FROM sales_ledger_entry entry
                     WHERE entry.event = 'booked' AND entry.company_id = %(company)s
                       AND entry.date > %(since)s
                       AND entry.partner_id IN (SELECT id FROM res_partner WHERE user_id = %(user)s)
                     GROUP BY entry.partner_id
                   ) booked ON booked.partner_id = p.id
              LEFT JOIN (
                    SELECT DISTINCT ON (document.partner_id) document.partner_id, document.team_id
                      FROM (
                            SELECT ledger_partner_id AS partner_id, team_id, create_date
                              FROM sale_order
                             WHERE user_id = %(user)s AND company_id = %(company)s
                             UNION ALL
                            SELECT contact.commercial_partner_id, lead.team_id, lead.create_date
                              FROM crm_lead lead JOIN res_partner contact
                                ON contact.id = lead.partner_id
                             WHERE lead.user_id = %(user)s
                           ) document
                     WHERE document.team_id IS NOT NULL
                     ORDER BY document.partner_id, document.create_date DESC
                   ) worked ON worked.partner_id = p.commercial_partner_id
             WHERE p.user_id = %(user)s AND p.active AND p.partner_share AND %(in_company)s
            """,
            company=self.company_id.id,
            since=fields.Date.context_today(self) - relativedelta(years=1),
            user=user.id,
            in_company=self._in_company("p"),
        )

    def _collect_lead(self, user):
        """Leads and opportunities that are neither won nor lost, with what they may bring."""
        return SQL(
            """
            SELECT l.id AS res_id, l.name, p.commercial_partner_id AS partner_id,
                   l.expected_revenue AS amount, c.currency_id,
                   l.expected_revenue AS company_amount, l.team_id, head.territory_id
              FROM crm_lead l
              JOIN res_company c ON c.id = %(company)s
              LEFT JOIN res_partner p ON p.id = l.partner_id
              LEFT JOIN res_partner head ON head.id = p.commercial_partner_id
             WHERE l.user_id = %(user)s AND l.active AND l.won_status = 'pending'
               AND %(in_company)s
            """,
            company=self.company_id.id,
            user=user.id,
            in_company=self._in_company("l"),
        )

    def _collect_quotation(self, user):
        return self._orders_query(SQL("o.state IN ('draft', 'sent') AND o.user_id = %s", user.id))

    def _collect_order(self, user):
        """Confirmed orders that are not yet invoiced and paid in full."""
        return self._orders_query(
            SQL(
                """
                o.state = 'sale'
                AND (o.follow_up_user_id = %(user)s
                     OR o.user_id = %(user)s AND o.follow_up_user_id IS NULL)
                AND (COALESCE(o.invoice_status, 'no') NOT IN ('invoiced', 'upselling')
                     OR EXISTS (
                        SELECT 1
                          FROM sale_order_line line
                          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                          JOIN account_move_line item ON item.id = rel.invoice_line_id
                          JOIN account_move m ON m.id = item.move_id
                         WHERE line.order_id = o.id
                           AND (m.state = 'draft' OR m.state = 'posted'
                                AND m.payment_state IN ('not_paid', 'partial'))))
                """,
                user=user.id,
            )
        )

    def _orders_query(self, condition):
        return SQL(
            """
            SELECT o.id AS res_id, o.name, head.id AS partner_id,
                   o.amount_untaxed AS amount, o.currency_id,
                   ROUND(o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric
                         / currency.rounding) * currency.rounding AS company_amount,
                   o.team_id, o.territory_id
              FROM sale_order o
              JOIN res_partner p ON p.id = o.partner_id
              JOIN res_partner head ON head.id = p.commercial_partner_id
              JOIN res_company c ON c.id = o.company_id
              JOIN res_currency currency ON currency.id = c.currency_id
             WHERE %(condition)s AND %(in_company)s
            """,
            condition=condition,
            in_company=self._in_company("o", required=True),
        )

    def _collect_activity(self, user):
        """Open activities on the documents of sales."""
        return SQL(" UNION ALL ").join(
            self._activities_query(self.env[name], user) for name in self._get_activity_models()
        )

    def _activities_query(self, documents, user):
        def column(name):
            if name in documents._fields and documents._fields[name].column_type:
                return SQL.identifier("document", name)
            return SQL("NULL::integer")

        of_partner = documents._name == "res.partner"
        return SQL(
            """
            SELECT a.id AS res_id,
                   CONCAT_WS(': ', COALESCE(NULLIF(a.summary, ''), kind.name ->> %(lang)s,
                                            kind.name ->> 'en_US'), a.res_name) AS name,
                   p.commercial_partner_id AS partner_id, NULL::numeric AS amount, c.currency_id,
                   NULL::numeric AS company_amount, %(team)s AS team_id, head.territory_id
              FROM mail_activity a
              JOIN %(table)s document ON document.id = a.res_id
              JOIN res_company c ON c.id = %(company)s
              LEFT JOIN mail_activity_type kind ON kind.id = a.activity_type_id
              LEFT JOIN res_partner p ON p.id = %(partner)s
              LEFT JOIN res_partner head ON head.id = p.commercial_partner_id
             WHERE a.user_id = %(user)s AND a.active AND a.res_model = %(model)s
               AND (%(company_of)s IS NULL OR %(company_of)s = %(company)s)
            """,
            lang=self.env.lang or "en_US",
            team=column("team_id"),
            table=SQL.identifier(documents._table),
            company=self.company_id.id,
            partner=column("id" if of_partner else "partner_id"),
            user=user.id,
            model=documents._name,
            company_of=column("company_id"),
        )
