from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, ValidationError
from odoo.tools import SQL
from odoo.tools.sql import (
    add_constraint,
    column_exists,
    constraint_definition,
    create_column,
    drop_constraint,
)

from ...engine.identity import tax_key

GUARD = "res_partner_sales_tax_guard"
# A customer of all companies stands in the way of one of any company.
GUARD_DEFINITION = """EXCLUDE USING gist (
    tax_identity WITH =, int4range(company_id, company_id, '[]') WITH &&)
    WHERE (tax_identity IS NOT NULL)"""
LISTED = 10
BATCH = 10_000


class ResPartner(models.Model):
    """Where the setting wants it, the database refuses a second company of the same tax ID.

    The constraint exists only while the setting is on, so that switching on looks at every
    customer there is, and no save slips through while it does.
    """

    _inherit = "res.partner"

    tax_identity = fields.Char(
        compute="_compute_tax_identity",
        store=True,
        copy=False,
        groups="base.group_system",
        export_string_translation=False,
        help="The tax ID however it is written, of active companies that should be its only one.",
    )
    shared_tax_reason = fields.Char(
        string="Tax ID Shared Because",
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="Why this company rightly has the tax ID of another customer, as a branch has. "
        "Empty: it should be the only one.",
    )

    def _auto_init(self):
        # Filled after installing, many at a time.
        if not column_exists(self.env.cr, "res_partner", "tax_identity"):
            create_column(self.env.cr, "res_partner", "tax_identity", "varchar")
        return super()._auto_init()

    # === COMPUTE METHODS === #
    @api.depends("vat", "active", "is_company", "shared_tax_reason", "ref_company_ids")
    def _compute_tax_identity(self):
        for partner in self:
            has_reason = bool((partner.shared_tax_reason or "").strip())
            is_guarded = partner.active and partner.is_company and not has_reason
            # Branches of our own have the tax ID of their company.
            is_guarded = is_guarded and not partner.ref_company_ids
            partner.tax_identity = is_guarded and tax_key(partner.vat)

    # === CONSTRAINT METHODS === #
    @api.constrains("vat", "active", "is_company", "shared_tax_reason", "company_id")
    def _check_tax_identity(self):
        """Say who has the tax ID, before the database only says that somebody has."""
        partners = self.sudo().filtered("tax_identity")
        if not partners or not self._has_tax_guard():
            return
        for partner, other in partners._find_same_tax_identity():
            # To look at the other flushes these, which are refused anyway.
            partners.tax_identity = False
            # Constraints are checked as superuser, who may see everything.
            raise ValidationError(partner.sudo(False)._same_tax_message(other))

    # === BUSINESS METHODS === #
    def _find_same_tax_identity(self):
        """:return: list of (partner, other); read as they are in the database, for to flush
        these would break the constraint before it can be explained
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mine.id, other.id
                  FROM unnest(%s::int[], %s::text[], %s::int[]) AS mine (id, key, company)
                  JOIN res_partner other ON other.tax_identity = mine.key
                   AND int4range(other.company_id, other.company_id, '[]')
                       && int4range(NULLIF(mine.company, 0), NULLIF(mine.company, 0), '[]')
                 WHERE other.id <> ALL(%s)
                 LIMIT 1
                """,
                self.ids,
                self.mapped("tax_identity"),
                [partner.company_id.id or 0 for partner in self],
                self.ids,
            )
        )
        return [(self.browse(mine), self.browse(other)) for mine, other in rows]

    def _same_tax_message(self, other):
        """:param other: the customer who has the tax ID, as superuser
        :return: sentence that names it as far as the user may see it
        """
        remedy = self.env._(
            "Work with that one, or give the reason for which both have it in “Tax ID Shared "
            "Because”."
        )
        if other.company_id and other.company_id not in self.env.companies:
            return self.env._(
                "A customer of another company has the tax ID %(tax_id)s already. %(remedy)s",
                tax_id=self.vat,
                remedy=remedy,
            )
        radar = self.env["sales.conflict.radar"]
        owner = other.user_id
        (hit,) = radar._describe(
            [
                (
                    "customer",
                    other.id,
                    "tax_id",
                    1,
                    other.name,
                    owner.id,
                    owner.sale_team_id.id,
                    other.create_date,
                    bool(other.pool_id),
                )
            ]
        )
        return self.env._(
            "A customer has the tax ID %(tax_id)s already: %(name)s (looked after by: "
            "%(owner)s). %(remedy)s",
            tax_id=self.vat,
            name=hit.name,
            owner=radar._describe_owner(hit),
            remedy=remedy,
        )

    @api.model
    def _sql_error_to_message(self, exc):
        if exc.diag.constraint_name == GUARD:
            return self.env._(
                "Somebody has just saved a customer with the same tax ID. Look for it with the "
                "conflict check and work with that one, or give the reason for which both have it "
                "in “Tax ID Shared Because”."
            )
        return super()._sql_error_to_message(exc)

    # === SETTING === #
    @api.model
    def _has_tax_guard(self):
        return bool(constraint_definition(self.env.cr, self._table, GUARD))

    @api.model
    def _switch_tax_guard(self, is_on):
        """:raises RedirectWarning: customers share a tax ID without a reason"""
        if not is_on:
            drop_constraint(self.env.cr, self._table, GUARD)
            return
        self.flush_model()
        # Until the end of the transaction, so that what is listed is all there is.
        self.env.cr.execute("LOCK TABLE res_partner IN SHARE ROW EXCLUSIVE MODE")
        if duplicates := self._find_tax_duplicates():
            raise self._tax_duplicates_error(duplicates)
        add_constraint(self.env.cr, self._table, GUARD, GUARD_DEFINITION)

    @api.model
    def _find_tax_duplicates(self):
        """:return: list of (tax key, ids) that cannot be together under the guard"""
        self.flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT tax_identity, array_agg(id ORDER BY id)
                  FROM res_partner
                 WHERE tax_identity IS NOT NULL
                 GROUP BY tax_identity
                HAVING COUNT(*) > 1 AND COUNT(*) > COUNT(DISTINCT company_id)
                 ORDER BY tax_identity
                """
            )
        )

    @api.model
    def _tax_duplicates_error(self, duplicates):
        ids = [partner_id for _key, partner_ids in duplicates for partner_id in partner_ids]
        names = {partner.id: partner.display_name for partner in self.browse(ids)}
        listed = "\n".join(
            f"{key}: {', '.join(names[partner_id] for partner_id in partner_ids)}"
            for key, partner_ids in duplicates[:LISTED]
        )
        message = self.env._(
            "%(count)s tax IDs belong to several customers. Merge or archive those that are the "
            "same, and give a reason in “Tax ID Shared Because” to the others. Then switch on "
            "again.\n%(listed)s",
            count=len(duplicates),
            listed=listed,
        )
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Customers of the Same Tax ID"),
            "res_model": "res.partner",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", ids)],
            "context": {"search_default_group_vat": 1},
        }
        return RedirectWarning(message, action, self.env._("Show Them"))

    @api.model
    def _fill_tax_identities(self):
        """Fill the column of customers that are older than it, without touching anything else."""
        self.flush_model()
        last_id = 0
        while rows := self.env.execute_query(
            SQL(
                """
                SELECT id, vat FROM res_partner
                 WHERE id > %s AND vat IS NOT NULL AND active AND is_company
                   AND shared_tax_reason IS NULL
                   AND NOT EXISTS (SELECT FROM res_company us WHERE us.partner_id = res_partner.id)
                 ORDER BY id LIMIT %s
                """,
                last_id,
                BATCH,
            )
        ):
            last_id = rows[-1][0]
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE res_partner SET tax_identity = found.key
                      FROM unnest(%s::int[], %s::text[]) AS found (id, key)
                     WHERE res_partner.id = found.id
                    """,
                    [partner_id for partner_id, _vat in rows],
                    [tax_key(vat) for _partner_id, vat in rows],
                )
            )
        self.invalidate_model(["tax_identity"], flush=False)
