from datetime import date

from odoo.tools import SQL

from ..common import SalesSystemCommon

TODAY = date(2026, 6, 15)
NOW = "2026-06-15 09:00:00"


class CustomerCommon(SalesSystemCommon):
    """The small company with levels of its own, and entries in its ledger by SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sales.customer.level"].search([]).active = False
        cls.company.sales_level_review = "nightly"
        cls.levels = cls.env["sales.customer.level"].create(
            [
                {"name": "A", "sequence": 1, "min_amount": 10_000, "min_frequency": 3},
                {"name": "B", "sequence": 2, "min_amount": 1_000, "min_margin": 20},
                {"name": "C", "sequence": 3, "min_amount": 100},
                {"name": "D", "sequence": 4},
            ]
        )
        cls.levels.company_id = cls.company
        (cls.customer | cls.other_customer).customer_rank = 1
        cls.document_no = 0

    @classmethod
    def _create_customer(cls, name="Customer", **values):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "customer_rank": 1, **values}
        )

    @classmethod
    def _book(cls, partner, day, amount=100.0, margin=None, document=None, **values):
        """Insert one entry into the ledger, as posting would.

        :return: id of its document
        """
        cls.document_no += 1
        document = document or 900_000_000 + cls.document_no
        cls.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_ledger_entry (
                    company_id, currency_id, event, date, late_for, reference, amount, margin,
                    quantity, partner_id, user_id, document_model, document_id, source_id,
                    posting_no
                ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s, 'sale.order', %s, 1, %s)
                """,
                values.get("company", cls.company).id,
                cls.company.currency_id.id,
                values.get("event", "booked"),
                day,
                values.get("late_for"),
                f"S{document}",
                amount,
                amount / 2 if margin is None else margin,
                partner.id,
                cls.seller.id,
                document,
                cls.document_no,
            )
        )
        cls.env["sales.ledger.entry"].invalidate_model()
        return document

    @classmethod
    def _count(cls, company=None, **kwargs):
        kwargs.setdefault("review", True)
        return cls.env["sales.customer.count"]._count(company or cls.company, **kwargs)

    @classmethod
    def _profile(cls, partner, company=None):
        return cls.env["sales.customer.profile"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", (company or cls.company).id)]
        )
