from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker


@tagged("post_install", "-at_install", "sales_planning", "sales_tour")
class TestMatrixUnits(HttpCase):
    def test_the_editor_without_a_server(self):
        """Amounts, clipboard and steps of the matrix editor, see static/tests/matrix."""
        suite = HOOTCommon._generate_hash(self, "@sales_planning")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )
