from psycopg2 import IntegrityError
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ..common import RpcCase
from ..contract.common import TODAY, ContractCommon
from .common import AuthorizationMixin


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelAuthorization(AuthorizationMixin, ContractCommon):
    """Who may sell what and where, and that nobody else may."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls.everywhere = cls.env["sales.territory"]
        cls.everything = cls.env["product.category"]

    # === RIGHTS OF OTHERS === #
    def test_an_exclusive_right_excludes_all_others(self):
        held = self._authorize(self.distributor, self.region, self.category, is_exclusive=True)
        for territories, categories, values in (
            (self.region, self.category, {}),
            (self.city, self.road, {"is_exclusive": True}),
            (self.everywhere, self.road, {}),
            (self.city, self.everything, {}),
            (self.north | self.city, self.parts | self.road, {}),
            (self.region, self.category, {"date_from": "2026-12-31", "date_to": False}),
            (self.region, self.category, {"date_from": "2020-01-01", "date_to": "2026-01-01"}),
        ):
            with self.subTest(territories=territories.mapped("name"), **values):
                draft = self._authorize(self.rival, territories, categories, False, **values)
                with self._refused(
                    UserError,
                    "East Wheels is authorized exclusively for .*Bikes in East.*"
                    "so North Cycle cannot be authorized",
                ):
                    draft.action_activate()
        for territories, categories, values in (
            (self.north, self.category, {}),
            (self.city, self.parts, {"is_exclusive": True}),
            (self.region, self.category, {"date_from": "2027-01-01", "date_to": False}),
            (self.region, self.category, {"date_from": "2025-01-01", "date_to": "2025-12-31"}),
        ):
            with self.subTest(territories=territories.mapped("name"), **values):
                other = self._authorize(self.rival, territories, categories, **values)
                self.assertEqual(other.state, "active")
        self.assertEqual(held.state, "active")

    def test_what_others_hold_already_cannot_become_exclusive(self):
        self._authorize(self.rival, self.city, self.road)
        draft = self._authorize(self.distributor, self.region, self.category, False)
        draft.is_exclusive = True
        with self._refused(
            UserError,
            "North Cycle is authorized for Bikes / Road Bikes in East / Shanghai too, 01/01/2026 "
            "– 12/31/2026, so the right of East Wheels cannot be exclusive",
        ):
            draft.action_activate()
        draft.is_exclusive = False
        draft.action_activate()
        self.assertEqual(draft.state, "active")

    def test_the_same_partner_may_hold_it_twice(self):
        for _ in range(2):
            self._authorize(self.distributor, self.region, self.category, is_exclusive=True)

    def test_two_drafts_that_are_activated_together(self):
        drafts = self._authorize(
            self.distributor, self.region, self.category, False, is_exclusive=True
        ) | self._authorize(self.rival, self.city, self.road, False)
        with self._refused(UserError, "Road Bikes in East / Shanghai"):
            drafts.action_activate()

    def test_whoever_buys_from_the_holder_sells_within_its_right(self):
        self._authorize(self.distributor, self.region, self.category, is_exclusive=True)
        self._authorize(self.reseller, self.city, self.road, is_exclusive=True)
        sibling = self._create_channel_partner(
            "Bund Bikes", channel_upstream_id=self.distributor.id
        )
        with self._refused(UserError, "Corner Bikes is authorized exclusively for .*Road Bikes"):
            self._authorize(sibling, self.city, self.category)
        below = self._create_channel_partner("Lane Shop", channel_upstream_id=self.reseller.id)
        self._authorize(below, self.city, self.road)
        with self._refused(UserError, "exclusive"):
            below.channel_upstream_id = self.rival

    def test_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        partner = self._create_channel_partner("Far", company_id=False, territory_id=False)
        self.distributor.company_id = False
        self._authorize(self.distributor, self.everywhere, self.category, is_exclusive=True)
        self._authorize(partner, self.everywhere, self.category, company_id=other.id)
        self.region.company_id = self.city.company_id = self.company
        with self.assertRaisesRegex(UserError, "company"):
            self._authorize(partner, self.region, self.category, company_id=other.id)

    # === TREES THAT CHANGE === #
    def test_a_new_child_belongs_to_its_parent(self):
        self._authorize(self.distributor, self.region, self.category, is_exclusive=True)
        suzhou = self.env["sales.territory"].create({"name": "Suzhou", "parent_id": self.region.id})
        gravel = self.env["product.category"].create({"name": "Gravel", "parent_id": self.road.id})
        with self._refused(UserError, "Gravel in East / Suzhou"):
            self._authorize(self.rival, suzhou, gravel)

    def test_a_move_into_somebody_elses_right_is_refused(self):
        self._authorize(self.distributor, self.region, self.category, is_exclusive=True)
        town = self.env["sales.territory"].create({"name": "Town", "parent_id": self.north.id})
        gravel = self.env["product.category"].create({"name": "Gravel", "parent_id": self.parts.id})
        self._authorize(self.rival, town, self.category)
        self._authorize(self.rival, self.city, gravel)
        for record, parent in (
            (town, self.region),
            (self.north, self.city),
            (gravel, self.road),
            (self.parts, self.category),
        ):
            with (
                self.subTest(record=record.name),
                self._refused(UserError, "East Wheels is authorized exclusively"),
                self.env.cr.savepoint(),
            ):
                record.parent_id = parent
        self.env.invalidate_all()
        town.parent_id = False
        self.city.parent_id = self.north
        self._authorize(self.rival, self.city, self.road)
        with self._refused(UserError, "Town"):
            self._authorize(self.distributor, town, self.category, is_exclusive=True)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_it_by_itself(self):
        self._authorize(self.distributor, self.region, self.category, is_exclusive=True)
        self._authorize(self.rival, self.north, self.category)
        with self.assertRaises(ExclusionViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                SQL(
                    "UPDATE sales_channel_authorization_right SET territory_path = %s"
                    " WHERE holder_id = %s",
                    self.city.parent_path,
                    self.rival.id,
                )
            )

    # === BAD INPUT === #
    def test_bad_dates_partners_and_contracts(self):
        contract = self._create_contract(state="active", partner_id=self.distributor.id)
        other = self._create_contract(state="active")
        for partner, values, sentence in (
            (self.customer, {}, "Acme Bikes is no channel partner"),
            (self.distributor, {"contract_id": other.id}, "East Wheels is no party to contract"),
            (
                self.distributor,
                {"contract_id": contract.id, "date_to": "2027-01-01"},
                "01/01/2026 – 01/01/2027 lies outside of contract .* 01/01/2026 – 12/31/2026",
            ),
            (
                self.distributor,
                {"contract_id": contract.id, "date_to": False},
                "01/01/2026 – … lies outside",
            ),
            (
                self.distributor,
                {"contract_id": contract.id, "date_from": "2025-12-31"},
                "12/31/2025 – 12/31/2026 lies outside",
            ),
        ):
            with self.subTest(**values), self._refused(ValidationError, sentence):
                self._authorize(partner, self.region, self.category, **values)
        promised = self._authorize(
            self.distributor, self.region, self.category, contract_id=contract.id
        )
        self.assertEqual(promised.state, "active")

    def test_a_suspended_partner(self):
        self.distributor.action_channel_suspend()
        with self._refused(UserError, "East Wheels is “Suspended” as a channel partner"):
            self._authorize(self.distributor, self.region, self.category)

    def test_what_was_granted_stays(self):
        held = self._authorize(self.distributor, self.region, self.category)
        for values in ({"date_to": "2027-01-01"}, {"is_exclusive": True}, {"categ_ids": [(5,)]}):
            with self.subTest(**values), self._refused(UserError, "has been granted"):
                held.write(values)
        with self._refused(UserError, "stays as a record"):
            held.unlink()
        with self._refused(UserError, "“Active”"):
            held.action_activate()

    @mute_logger("odoo.sql_db")
    def test_a_territory_does_not_leave_an_authorization_for_everywhere(self):
        self._authorize(self.distributor, self.north, self.road, False)
        for record in (self.north, self.road):
            with (
                self.subTest(record=record.name),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                record.unlink()
        self.north.active = False
        self.env.invalidate_all()
        held = self.env["sales.channel.authorization"].search(
            [("partner_id", "=", self.distributor.id)]
        )
        self.assertEqual(held.territory_ids, self.north)

    # === RIGHTS OF USERS === #
    def test_who_sees_it(self):
        held = self._authorize(self.distributor, self.region, self.category, is_exclusive=True)
        self.assertEqual(held.user_id, self.seller)
        self._as(self.seller, held).read(["name"])
        for user in (self.other_seller, self.outsider, self._create_stranger()):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user, held).read(["name"])
        # Who holds it is nothing that the salesperson of another partner may learn.
        draft = self._authorize(self.rival, self.city, self.road, False)
        with self._refused(UserError, "^Another channel partner is authorized exclusively") as no:
            self._as(self.other_seller, draft).action_activate()
        self.assertNotIn("East Wheels", str(no.exception))

    # === WHAT IS NOT COVERED === #
    def _uncovered(self, *facts):
        """:param facts: (partner, territory, category, day); returns the reason of each"""
        self.env.flush_all()
        rows = [
            SQL(
                "(%s, %s, %s::int, %s::int, %s::int, %s::date)",
                number,
                self.company.id,
                partner.id or None,
                territory.id or None,
                category.id or None,
                day,
            )
            for number, (partner, territory, category, day) in enumerate(facts)
        ]
        query = SQL(
            "SELECT * FROM (VALUES %s)"
            " AS fact(id, company_id, partner_id, territory_id, categ_id, date)",
            SQL(", ").join(rows),
        )
        found = dict(
            self.env.execute_query(self.env["sales.channel.authorization"]._uncovered_query(query))
        )
        return [found.get(number) for number in range(len(facts))]

    def test_uncovered(self):
        self._authorize(self.distributor, self.region, self.category)
        self._authorize(self.distributor, self.north, self.parts, date_to="2026-06-30")
        self._authorize(self.reseller, self.everywhere, self.road, date_to=False)
        nowhere, nothing = self.everywhere, self.everything
        lamps = self.env["product.category"].create({"name": "Lamps"})
        for fact, reason in (
            ((self.distributor, self.region, self.category, "2026-01-01"), None),
            ((self.distributor, self.city, self.road, "2026-12-31"), None),
            ((self.distributor, self.city, self.road, "2027-01-01"), "none"),
            ((self.distributor, self.city, self.road, "2025-12-31"), "none"),
            ((self.distributor, self.north, self.road, "2026-06-15"), "territory"),
            ((self.distributor, self.city, lamps, "2026-06-15"), "category"),
            ((self.distributor, nowhere, lamps, "2026-06-15"), "both"),
            ((self.distributor, nowhere, self.road, "2026-06-15"), "territory"),
            ((self.distributor, self.city, nothing, "2026-06-15"), "category"),
            ((self.distributor, self.north, self.parts, "2026-06-30"), None),
            ((self.distributor, self.north, self.parts, "2026-07-01"), "both"),
            ((self.reseller, nowhere, self.road, "2031-01-01"), None),
            ((self.reseller, self.city, self.category, "2031-01-01"), "category"),
            ((self.rival, self.city, self.road, "2026-06-15"), None),
            ((self.env["res.partner"], self.city, self.road, "2026-06-15"), None),
        ):
            with self.subTest(fact=[str(part) for part in fact]):
                self.assertEqual(self._uncovered(fact), [reason])


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelAuthorizationRpc(AuthorizationMixin, ContractCommon, RpcCase):
    """What the screens refuse, a program that calls the server is refused as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()

    @mute_logger("odoo.sql_db")
    def test_what_cannot_be_written(self):
        authorizations = self.env["sales.channel.authorization"]
        values = {"partner_id": self.distributor.id, "date_from": "2026-01-01"}
        for bad, sentence in (
            ({"date_to": "2025-12-31"}, "cannot end before it starts"),
            ({"state": "active"}, "starts as a draft"),
            ({"revocation_date": "2026-02-01"}, "cannot be set by hand"),
            ({"company_id": self._create_stranger().company_id.id}, "access"),
        ):
            with self.subTest(bad=bad):
                _result, error = self._call(
                    self.seller, authorizations, "create", [{**values, **bad}]
                )
                self.assertIn(sentence, error or "")
        self.assertFalse(authorizations.search([("company_id", "=", self.company.id)]))

    def test_others_neither_read_nor_move_it(self):
        held = self._authorize(self.distributor, self.region, self.category)
        draft = self._authorize(self.distributor, self.region, self.category, False)
        self.env.flush_all()
        for user in (self.other_seller, self.outsider):
            for record, method, args in (
                (held, "read", (["name"],)),
                (held, "write", ({"note": "Mine"},)),
                (draft, "action_activate", ()),
                (draft, "unlink", ()),
            ):
                with self.subTest(user=user.login, method=method):
                    _result, error = self._call(user, record, method, *args)
                    self.assertTrue(error)
        _result, error = self._call(self.seller, draft, "_update_state", ["draft"], "active")
        self.assertTrue(error)
        right = self.env["sales.channel.authorization.right"]
        _result, error = self._call(self.manager, right, "search_read", [])
        self.assertTrue(error)
        self.assertEqual(draft.state, "draft")
