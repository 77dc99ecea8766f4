from odoo.exceptions import RedirectWarning, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .conflict_common import ConflictCommon

TAX_ID = "91330100MA2LAKE01X"
OTHER_SPELLING = "9133 0100-ma2lake01x"


class TaxGuardCommon(ConflictCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Those that the database happens to hold.
        partners = cls.env["res.partner"]
        held = [one for _key, ids in partners._find_tax_duplicates() for one in ids]
        partners.browse(held).shared_tax_reason = "Held before"
        cls._switch(True)

    @classmethod
    def _switch(cls, is_on):
        cls.env["res.config.settings"].create({"sales_tax_guard": is_on}).execute()

    def _create_company(self, user=None, **values):
        partners = self._as(user, self.env["res.partner"]) if user else self.env["res.partner"]
        return partners.create(
            {"name": "Second", "is_company": True, "vat": OTHER_SPELLING, **values}
        )


@tagged("post_install", "-at_install", "sales_system")
class TestTaxGuard(TaxGuardCommon):
    """One company per tax ID, where the setting wants it."""

    def test_a_second_company(self):
        with self.assertRaises(ValidationError) as refusal:
            self._create_company(self.other_seller)
        self.assertEqual(
            str(refusal.exception),
            "A customer has the tax ID 9133 0100-ma2lake01x already: 杭*** (looked after by: "
            "Team Shanghai). Work with that one, or give the reason for which both have it in “Tax "
            "ID Shared Because”.",
        )
        with self.assertRaisesRegex(ValidationError, self.known.name):
            self._create_company(self.seller)

    def test_every_way_to_a_second_one(self):
        archived = self._create_company(active=False)
        person = self._create_company(is_company=False)
        other = self._create_company(vat="91330100MA2OTHER1X")
        branch = self._create_company(shared_tax_reason="Branch")
        for partner, values in (
            (archived, {"active": True}),
            (person, {"is_company": True}),
            (other, {"vat": TAX_ID}),
            (branch, {"shared_tax_reason": False}),
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, "already"),
                self.env.cr.savepoint(),
            ):
                partner.write(values)

    def test_a_blank_is_no_reason(self):
        with self.assertRaisesRegex(ValidationError, "already"), self.env.cr.savepoint():
            self._create_company(shared_tax_reason=" ")

    def test_what_is_no_second_one(self):
        self._create_company(shared_tax_reason="Branch of the other")
        self._create_company(vat="n/a")
        self._create_company(vat=False)
        self.known.write({"vat": OTHER_SPELLING, "phone": "1"})
        self.contact.name = "Gu Min"
        self.assertEqual(self.contact.vat, OTHER_SPELLING)

    def test_companies(self):
        """A customer of all companies stands in the way of one of any, and the other way."""
        other = self.env["res.company"].create({"name": "Other"})
        with (
            self.assertRaisesRegex(ValidationError, "already"),
            self.env.cr.savepoint(),
        ):
            self._create_company(company_id=other.id)
        self.known.company_id = self.company
        second = self._create_company(company_id=other.id)
        with (
            self.assertRaisesRegex(ValidationError, "A customer of another company has") as refusal,
            self.env.cr.savepoint(),
        ):
            self.known.company_id = False
        self.assertNotIn("Second", str(refusal.exception))
        self.assertTrue(second)

    def test_branches_of_our_own(self):
        branch = self.env["res.company"].create({"name": "Branch"})
        branch.vat = OTHER_SPELLING
        self.env.flush_all()
        self.assertFalse(branch.partner_id.tax_identity)

    def test_a_person_becomes_a_company(self):
        """What the button Create Company does: the same tax ID for a moment."""
        person = self.env["res.partner"].create(
            {"name": "Ann", "company_name": "Ann's Boats", "vat": "91330100MA2ANN001X"}
        )
        person.create_company()
        self.env.flush_all()
        self.assertEqual(person.parent_id.vat, person.vat)

    def test_merging(self):
        double = self.env["res.partner"].create({"name": "Double", "is_company": True})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((double + self.known).ids, double)
        self.env.flush_all()
        self.assertEqual(double.vat, TAX_ID)
        with self.assertRaisesRegex(ValidationError, "already"):
            self._create_company()

    # === THE SETTING === #
    def test_switched_off(self):
        self._switch(False)
        self.assertFalse(self.env["res.config.settings"].create({}).sales_tax_guard)
        self._create_company()
        self.env.flush_all()

    def test_switching_on_lists_the_duplicates(self):
        self._switch(False)
        second = self._create_company()
        with self.assertRaises(RedirectWarning) as refusal:
            self._switch(True)
        message, action, button = refusal.exception.args[:3]
        self.assertIn("1 tax IDs belong to several customers", message)
        self.assertIn(f"{TAX_ID}: {self.known.name}, Second", message)
        self.assertEqual(button, "Show Them")
        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual(found, self.known + second)
        self.assertFalse(self.env["res.partner"]._has_tax_guard())
        second.shared_tax_reason = "Branch"
        self._switch(True)
        self.assertTrue(self.env["res.config.settings"].create({}).sales_tax_guard)

    def test_customers_older_than_the_guard(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET tax_identity = NULL")
        self.env.invalidate_all()
        self.env["res.partner"]._fill_tax_identities()
        self.assertEqual(self.known.tax_identity, TAX_ID)
        self.assertFalse(self.contact.tax_identity)
        with self.assertRaisesRegex(ValidationError, "already"):
            self._create_company()


@tagged("post_install", "-at_install", "sales_system")
class TestTaxGuardRpc(TaxGuardCommon, RpcCase):
    def test_a_second_company(self):
        values = {"name": "Second", "is_company": True, "vat": OTHER_SPELLING}
        partners = self.env["res.partner"]
        with mute_logger("odoo.sql_db"):
            for number in (1, 2):
                _result, error = self._call(
                    self.other_seller, partners, "create", [values] * number
                )
                self.assertIn("tax ID", error)
        self.assertFalse(partners.search([("name", "=", "Second")]))
        twin = {"is_company": True, "vat": "91330100MA2TWIN1X"}
        twins = [{"name": f"Twin {number}", **twin} for number in (1, 2)]
        with mute_logger("odoo.sql_db"):
            _result, error = self._call(self.other_seller, partners, "create", twins)
        self.assertIn("Somebody has just saved a customer with the same tax ID", error)
        self.assertFalse(partners.search([("name", "like", "Twin")]))
