from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from ..organisation.common import OrganisationCommon

TODAY = "2026-03-10"


class CompetitorCommon(OrganisationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival = cls.env["sales.competitor"].create(
            {"name": "Swift Wheels", "company_id": cls.company.id}
        )
        cls.rival_bike = cls.env["sales.competitor.product"].create(
            {"name": "Swift One", "competitor_id": cls.rival.id, "product_id": cls.product.id}
        )

    @classmethod
    def _create_price(cls, price, date, **values):
        return cls.env["sales.competitor.price"].create(
            {"product_id": cls.rival_bike.id, "price": price, "date": date, **values}
        )

    @classmethod
    def _create_lead(cls, outcome=None, **values):
        lead = cls.env["crm.lead"].create(
            {
                "name": "Bikes",
                "type": "opportunity",
                "user_id": cls.seller.id,
                "team_id": cls.shanghai.id,
                "company_id": cls.company.id,
                "competitor_ids": [Command.set(cls.rival.ids)],
                **values,
            }
        )
        if outcome == "won":
            lead.action_set_won()
        elif outcome == "lost":
            lead.action_set_lost()
        return lead


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestCompetitor(CompetitorCommon):
    """Competitors, what they ask, and how we do against them."""

    # === PRICES === #
    def test_the_latest_price_against_ours(self):
        self.assertEqual(self.rival_bike.categ_id, self.category)
        self.assertFalse(self.rival_bike.last_date)
        self._create_price(900, "2026-03-01")
        self._create_price(950, "2026-01-01")
        self.assertRecordValues(self.rival_bike, [{"last_price": 900, "our_price": 1000}])
        self.assertAlmostEqual(self.rival_bike.price_gap, -0.1)
        self.assertEqual(str(self.rival_bike.last_date), "2026-03-01")

    def test_a_foreign_currency(self):
        """Converted at the rate of the day of the price, not of today."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": euro.id,
                    "name": date,
                    "rate": rate,
                    "company_id": self.company.id,
                }
                for date, rate in (("2026-01-01", 0.5), ("2026-03-01", 0.8))
            ]
        )
        price = self._create_price(400, "2026-02-01", currency_id=euro.id)
        self.assertEqual(price.company_price, 800)
        self.assertEqual(price.company_currency_id, self.company.currency_id)
        self.assertAlmostEqual(self.rival_bike.price_gap, -0.2)

    def test_a_noted_price_stays(self):
        price = self._create_price(900, "2026-03-01")
        for values in ({"price": 800}, {"date": "2026-03-02"}, {"territory_id": self.city.id}):
            with self.subTest(values=values), self.assertRaises(UserError) as refusal:
                price.write(values)
            self.assertIn("Swift Wheels Swift One 2026-03-01", str(refusal.exception))
            self.assertIn("a further row", str(refusal.exception))
        price.write({"price": 900, "source": "Fair"})
        self.assertRecordValues(price, [{"price": 900, "source": "Fair"}])

    @mute_logger("odoo.sql_db")
    def test_prices_that_cannot_be(self):
        with self.assertRaisesRegex(ValidationError, "2026-03-11, which is still to come"):
            self._create_price(10, "2026-03-11")
        with self.assertRaisesRegex(CheckViolation, "price_not_negative"):
            self._create_price(-1, "2026-03-01")

    @mute_logger("odoo.sql_db")
    def test_a_name_twice(self):
        with self.assertRaisesRegex(UniqueViolation, "name_company_unique"):
            self.env["sales.competitor"].create(
                {"name": "SWIFT wheels", "company_id": self.company.id}
            )

    # === OPPORTUNITIES === #
    def test_the_main_rival(self):
        lead = self._create_lead()
        self.assertEqual(lead.main_competitor_id, self.rival)
        other = self.env["sales.competitor"].create({"name": "Second"})
        lead.main_competitor_id = other
        self.assertEqual(lead.competitor_ids, self.rival + other)
        lead.competitor_ids = self.rival
        self.assertEqual(lead.main_competitor_id, self.rival)
        lead.competitor_ids = False
        self.assertFalse(lead.main_competitor_id)
        fresh = self._create_lead(competitor_ids=False, main_competitor_id=other.id)
        self.assertEqual(fresh.competitor_ids, other)

    def test_a_competitor_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["sales.competitor"].create({"name": "Foreign", "company_id": company.id})
        with self.assertRaises(UserError):
            self._create_lead(competitor_ids=[Command.set(foreign.ids)])

    def test_the_form(self):
        form = Form(self._as(self.seller, self._create_lead(competitor_ids=False)))
        form.competitor_ids.add(self._as(self.seller, self.rival))
        self.assertEqual(form.main_competitor_id.id, self.rival.id)
        form.save()

    def test_won_and_lost_against(self):
        for outcome in ("won", "lost", "lost", None):
            self._create_lead(outcome)
        self._create_lead("won", user_id=self.other_seller.id, team_id=self.west.id)
        for user, expected in (
            (self.seller, (1, 1, 2)),
            (self.other_seller, (0, 1, 0)),
            (self.city_leader, (1, 1, 2)),
            (self.director, (1, 2, 2)),
            (self.leader, (1, 2, 2)),
        ):
            with self.subTest(user=user.login):
                rival = self._as(user, self.rival)
                self.assertEqual((rival.open_count, rival.won_count, rival.lost_count), expected)
        ((rate,),) = self.env["sales.competitor.report"]._read_group(
            [("competitor_id", "=", self.rival.id)], [], ["win_rate:avg"]
        )
        self.assertEqual(rate, 0.5)
        action = self._as(self.seller, self.rival).with_context(competitor_outcome="lost")
        action = action.action_open_opportunities()
        found = self._as(self.seller, self.env["crm.lead"]).with_context(active_test=False)
        self.assertEqual(found.search_count(action["domain"]), 2)

    def test_taking_a_loss_back(self):
        lead = self._create_lead("lost")
        self.assertEqual(self.rival.lost_count, 1)
        lead.action_restore()
        self.env.invalidate_all()
        self.assertEqual((self.rival.lost_count, self.rival.open_count), (0, 1))

    def test_statements_do_not_grow_with_the_list(self):
        rivals = self.env["sales.competitor"].create([{"name": f"R{i}"} for i in range(20)])
        counts = []
        for records in (rivals[:1], rivals):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("won_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    # === ACCESS === #
    def test_levels(self):
        rival = self._as(self.seller, self.rival)
        self.assertEqual(rival.name, "Swift Wheels")
        with self.assertRaises(AccessError):
            rival.name = "Mine"
        self._as(self.city_leader, self.rival).strengths = "Price"
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.rival).read(["name"])

    def test_companies(self):
        stranger = self._create_stranger()
        shared = self.env["sales.competitor"].create({"name": "Everywhere"})
        price = self._create_price(1, "2026-03-01")
        found = self._as(stranger, self.env["sales.competitor"]).search(
            [("id", "in", (self.rival + shared).ids)]
        )
        self.assertEqual(found.ids, shared.ids)
        self.assertFalse(
            self._as(stranger, self.env["sales.competitor.price"]).search([("id", "=", price.id)])
        )


@tagged("post_install", "-at_install", "sales_system")
class TestCompetitorRpc(CompetitorCommon, RpcCase):
    def test_who_may_not_write(self):
        price = self._create_price(900, "2026-03-01")
        for user, record, method, args in (
            (self.seller, self.rival, "write", ({"name": "Mine"},)),
            (self.seller, price, "unlink", ()),
            (self.seller, price.browse(), "create", ([{"product_id": self.rival_bike.id}],)),
            (self.city_leader, price, "write", ({"price": 1},)),
            (self.outsider, self.rival, "read", (["name"],)),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertRecordValues(price, [{"price": 900}])
        self.assertEqual(self.rival.name, "Swift Wheels")
