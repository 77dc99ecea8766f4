from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ..common import RpcCase
from .common import MarketCommon

TODAY = "2026-06-15"


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestMarketData(MarketCommon):
    """Market data, and how much of the market is our own."""

    # === OWN SHARE === #
    def test_share_of_territory_and_category_with_all_inside(self):
        self._sell(
            ("2026-01-01", "PD", "P2", 1, 100),
            ("2026-03-31", "SH", "P1", 2, 50.5),
            ("2026-02-01", "E", "P1", 3, 30),
            ("2026-02-01", "SH", "P3", 4, 7),
            ("2026-02-01", "W", "P1", 5, 11),
            ("2025-12-31", "SH", "P1", 6, 13),
            ("2026-04-01", "SH", "P1", 7, 17),
        )
        self._sell(("2026-02-01", "SH", "P1", 9, 900), event="booked")
        city = {"territory_id": self.city.id}
        bikes = {"categ_id": self.category.id}
        for values, amount, quantity in (
            ({**city, **bikes}, 150.5, 3),
            ({**city, "categ_id": self.road.id}, 100, 1),
            (city, 157.5, 7),
            (bikes, 191.5, 11),
            ({"territory_id": self.region.id, **bikes}, 180.5, 6),
            ({}, 198.5, 15),
            ({"territory_id": self.west_region.id, "categ_id": self.helmets.id}, 0, 0),
        ):
            with self.subTest(values=values):
                data = self._create_data(1000, **values)
                pieces = self._create_data(30, indicator_id=self.pieces.id, **values)
                self.assertEqual(self._own(data), amount)
                self.assertEqual(self._own(data, "own_quantity"), quantity)
                self.assertAlmostEqual(self._own(data, "own_share"), amount / 1000)
                self.assertAlmostEqual(self._own(pieces, "own_share"), quantity / 30)

    def test_drill_down_and_ledger_pivot_agree(self):
        self._sell(
            ("2026-01-01", "PD", "P2", 1, 100),
            ("2026-02-01", "W", "P1", 3, 30),
            ("2026-02-02", "SH", "P3", -4, -7.25),
        )
        entries = self._as(self.manager, self.env["sales.ledger.entry"])
        for values in ({}, {"territory_id": self.region.id}, {"categ_id": self.category.id}):
            data = self._create_data(**values)
            action = self._as(self.manager, data).action_open_entries()
            ((amount, count),) = entries._read_group(
                action["domain"], [], ["amount:sum", "__count"]
            )
            self.assertTrue(count)
            self.assertEqual(self._own(data), amount)

    def test_a_reversed_import_takes_the_share_back(self):
        sales = self._sell(("2026-02-01", "SH", "P1", 1, 100))
        data = self._create_data(date_to="2026-12-31")
        self.assertEqual(self._own(data, "own_share"), 0.1)
        sales.action_reverse()
        self.assertEqual(self._own(data, "own_share"), 0)

    def test_figures_of_many_rows_are_one_statement(self):
        self._sell(("2026-02-01", "SH", "P1", 1, 100))
        many = self.env["sales.market.data"]
        for month in range(1, 10):
            many += self._create_data(
                date_from=f"2026-0{month}-01", date_to=f"2026-0{month}-28", value=200
            )
        self.env.flush_all()
        many.mapped("own_share")
        shares = {}
        for records in (many[:2], many):
            records.invalidate_recordset()
            records.mapped("value")
            records.mapped("company_currency_id.rounding")
            with self.assertQueryCount(1):
                shares = dict(zip(records, records.mapped("own_share"), strict=False))
        self.assertEqual(shares[many[1]], 0.5)

    def test_what_is_no_market_size_has_no_share(self):
        self._sell(("2026-02-01", "SH", "P1", 1, 100))
        growth = self._create_data(-4.5, indicator_id=self.rate_of_growth.id)
        empty = self._create_data(0)
        self.assertFalse(growth.currency_id)
        for name in ("own_amount", "own_quantity", "own_share"):
            self.assertFalse(self._own(growth, name))
        self.assertEqual(self._own(empty), 100)
        self.assertFalse(self._own(empty, "own_share"))
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT own_amount, own_share FROM (%s) share WHERE id = ANY(%s) ORDER BY id",
                self.env["sales.market.share"]._table_query,
                (growth + empty).ids,
            )
        )
        self.assertEqual(rows, [(None, None), (100, None)])

    # === CURRENCY === #
    def test_a_foreign_currency_at_the_rate_of_the_last_day(self):
        euro = self._rate_of_euro()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": euro.id, "name": day, "rate": rate}
                for day, rate in (("2026-03-31", 0.8), ("2026-04-01", 0.1))
            ]
        )
        self._sell(("2026-02-01", "SH", "P1", 1, 100))
        data = self._create_data(400, currency_id=euro.id)
        self.assertEqual(self._own(data, "company_value"), 500)
        self.assertEqual(self._own(data, "own_amount"), 100)
        self.assertEqual(self._own(data, "own_share"), 0.2)
        expected = euro._convert(400, self.company.currency_id, self.company, data.date_to)
        self.assertEqual(self._own(data, "company_value"), expected)

    # === GROWTH === #
    def test_growth_within_a_series(self):
        months = (("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"))
        values = {"source": "Bureau", "categ_id": self.category.id}
        first, second = (
            self._create_data(value, date_from=start, date_to=end, **values)
            for value, (start, end) in zip((200, 250), months, strict=True)
        )
        # Another source, and another length of period, are other series.
        self._create_data(999, date_from="2026-01-01", date_to="2026-01-31", source="Press")
        year = self._create_data(3000, date_from="2025-01-01", date_to="2025-12-31", **values)
        self.assertEqual([self._own(one, "growth") for one in (first, second, year)], [0, 0.25, 0])

    def test_percentages_do_not_grow(self):
        for value, day in ((5, "2026-01-01"), (6, "2026-02-01")):
            last = self._create_data(
                value, indicator_id=self.rate_of_growth.id, date_from=day, date_to=day
            )
        self.assertFalse(self._own(last, "growth"))

    # === TREND === #
    def test_groups_divide_sums(self):
        self._sell(("2026-01-05", "SH", "P1", 1, 100), ("2026-01-05", "W", "P1", 1, 100))
        for size, territory in ((200, self.city), (1800, self.west_region)):
            self._create_data(
                size,
                date_from="2026-01-01",
                date_to="2026-01-31",
                territory_id=territory.id,
                categ_id=self.category.id,
            )
        share = self._as(self.manager, self.env["sales.market.share"])
        groups = share._read_group([], ["territory_id"], ["own_share:avg", "own_amount:sum"])
        self.assertEqual(
            {territory: (part, amount) for territory, part, amount in groups},
            {self.city: (0.5, 100), self.west_region: (100 / 1800, 100)},
        )
        self.assertEqual(share._read_group([], [], ["own_share:avg"]), [(0.1,)])
        ((day, part),) = share._read_group([], ["date_from:month"], ["own_share:avg"])
        self.assertEqual((str(day), part), ("2026-01-01", 0.1))
        self.assertEqual(
            share.search([("territory_id", "=", self.city.id)]).action_open_entries()["domain"],
            list(share.search([("territory_id", "=", self.city.id)]).data_id._get_entry_domain()),
        )

    # === REFUSALS === #
    @mute_logger("odoo.sql_db")
    def test_data_that_cannot_be(self):
        with self.assertRaisesRegex(CheckViolation, "date_range"), self.env.cr.savepoint():
            self._create_data(date_to="2025-12-31")
        with self.assertRaisesRegex(CheckViolation, "size_not_negative"), self.env.cr.savepoint():
            self._create_data(-1)
        self._create_data(source="Bureau")
        with self.assertRaisesRegex(UniqueViolation, "series_unique"):
            self._create_data(2, source="BUREAU")

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_what_python_did_not_see(self):
        data = self._create_data()
        other = self._create_data(source="Other")
        self.env.flush_all()
        for assignment, error in (
            ("date_to = '2020-01-01'", "date_range"),
            ("value = -1", "size_not_negative"),
            ("currency_id = NULL", "currency_of_amounts"),
        ):
            with (
                self.subTest(assignment=assignment),
                self.assertRaisesRegex(CheckViolation, error),
                self.env.cr.savepoint(),
            ):
                # pylint: disable=sql-injection
                self.env.cr.execute(
                    f"UPDATE sales_market_data SET {assignment} WHERE id = %s",  # noqa: S608
                    [data.id],
                )
        with self.assertRaisesRegex(UniqueViolation, "series_unique"), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE sales_market_data SET source = NULL WHERE id = %s", [other.id]
            )

    @mute_logger("odoo.sql_db")
    def test_indicators(self):
        indicators = self.env["sales.market.indicator"]
        with self.assertRaisesRegex(CheckViolation, "size_is_a_sum"), self.env.cr.savepoint():
            indicators.create({"name": "Part", "kind": "percent", "is_market_size": True})
        with self.assertRaisesRegex(UniqueViolation, "name_company"), self.env.cr.savepoint():
            indicators.create({"name": "BIKES sold"})
        self.size.kind = "quantity"
        self.size.kind = "amount"
        self._create_data()
        self.assertEqual(self.size.data_count, 1)
        for values in ({"kind": "quantity"}, {"is_market_size": False}, {"company_id": False}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, "of Size of Bikes cannot change: there is"),
            ):
                self.size.write(values)
        with self.assertRaisesRegex(UserError, "Archive the indicator instead"):
            self.size.unlink()
        self.size.write({"name": "Size", "kind": "amount", "is_market_size": True})
        self.pieces.unlink()

    def test_the_form(self):
        form = Form(self._as(self.leader, self.env["sales.market.data"]))
        form.indicator_id = self.size
        form.categ_id = self.category
        form.date_from = "2026-01-01"
        form.date_to = "2026-12-31"
        form.value = 5000
        data = form.save()
        self.assertRecordValues(
            data,
            [
                {
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "is_market_size": True,
                }
            ],
        )
        self.assertIn("Size of Bikes · Bikes · 01/01/2026", data.display_name)

    # === RIGHTS === #
    def test_levels_see_their_part(self):
        """Own sales are those that the reader may open."""
        self._sell(
            ("2026-01-01", "SH", "P1", 1, 100),
            ("2026-01-01", "SH", "P1", 1, 40, "WANG.WEI"),
        )
        data = self._create_data()
        for user, amount in (
            (self.seller, 100),
            (self.other_seller, 40),
            (self.leader, 140),
            (self.manager, 140),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._own(data, user=user), amount)
                action = self._as(user, data).action_open_entries()
                entries = self._as(user, self.env["sales.ledger.entry"])
                self.assertEqual(sum(entries.search(action["domain"]).mapped("amount")), amount)

    def test_who_writes(self):
        data = self._create_data()
        team_leader = self._create_user("lead", "sales_system.group_sale_salesman_team")
        for user in (team_leader, self.leader, self.manager):
            self._as(user, data).value = 7
        with self.assertRaises(AccessError):
            self._as(self.seller, data).value = 8
        with self.assertRaises(AccessError):
            self._as(self.leader, self.size).name = "Other"
        with self.assertRaises(AccessError):
            self._as(self.outsider, data).read(["value"])
        with self.assertRaises(AccessError):
            self._as(self.outsider, data).action_open_entries()

    def test_a_second_company(self):
        stranger = self._create_stranger()
        data = self._create_data()
        theirs = self._as(stranger, data)
        with self.assertRaises(AccessError):
            theirs.read(["own_share"])
        with self.assertRaises(AccessError):
            theirs.action_open_entries()
        self.assertFalse(self._as(stranger, self.env["sales.market.share"]).search([]))
        with self.assertRaises(UserError):
            self._create_data(company_id=stranger.company_id.id)
        # Of another company's data, its own entries count and no others.
        self._sell(("2026-01-01", "SH", "P1", 1, 100))
        foreign = self._as(stranger, self.env["sales.market.data"]).create(
            {
                "indicator_id": self.pieces.id,
                "company_id": stranger.company_id.id,
                "date_from": "2026-01-01",
                "date_to": "2026-01-31",
                "value": 10,
            }
        )
        self.assertEqual(self._own(foreign, "own_quantity", user=stranger), 0)


@tagged("post_install", "-at_install", "sales_system")
class TestMarketDataRpc(MarketCommon, RpcCase):
    """The same rights for who calls the server without our screens."""

    def test_nobody_writes_past_the_rights(self):
        data = self._create_data()
        sales = [["value", ">", 0]]
        for user, method, arguments in (
            (self.seller, "write", [{"value": 1}]),
            (self.seller, "unlink", []),
            (self.outsider, "read", [["own_share"]]),
            (self.outsider, "action_open_entries", []),
            (self._create_stranger(), "read", [["own_share"]]),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, data, method, *arguments)
                self.assertTrue(error)
        found, error = self._call(self.outsider, self.env["sales.market.data"], "search", sales)
        self.assertTrue(error)
        self.assertFalse(found)
        self.assertEqual(data.value, 1000)

    def test_a_doubled_row_is_refused_in_words(self):
        self._create_data()
        values = {
            "indicator_id": self.size.id,
            "date_from": "2026-01-01",
            "date_to": "2026-03-31",
            "value": 5,
        }
        with mute_logger("odoo.sql_db"):
            _result, error = self._call(
                self.leader, self.env["sales.market.data"], "create", [values]
            )
        self.assertIn("This source has a value for that indicator", error)

    def test_the_query_is_not_for_the_outside(self):
        for method in ("_get_figures", "_get_query"):
            _result, error = self._call(self.manager, self.env["sales.market.share"], method, [1])
            self.assertTrue(error)
