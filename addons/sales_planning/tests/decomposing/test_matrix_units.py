from odoo.tests import HttpCase, tagged

# As a module: pytest would run a class of tests that this module names as its own.
from odoo.addons.web.tests import test_js


@tagged("post_install", "-at_install", "sales_planning", "sales_tour")
class TestMatrixUnits(HttpCase):
    def test_the_editor_without_a_server(self):
        """Amounts, clipboard and steps of the matrix editor, see static/tests/matrix."""
        suite = test_js.HOOTCommon._generate_hash(self, "@sales_planning")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
