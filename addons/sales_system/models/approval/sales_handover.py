from odoo import api, models
from odoo.tools import SQL

from ...engine.approval import ApprovalBasis


class SalesHandover(models.Model):
    """What of a handover an approval rule can limit, and what an approval is bound to."""

    _name = "sales.handover"
    _inherit = ["sales.handover", "sales.approval.mixin"]

    # === APPROVAL HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "records": ApprovalBasis(
                self.env._("Records handed over"), "_measure_approval_records", unit="count"
            ),
            "customers": ApprovalBasis(
                self.env._("Customers handed over"), "_measure_approval_customers", unit="count"
            ),
            "open_amount": ApprovalBasis(
                self.env._("Quotations and open orders handed over"),
                "_measure_approval_open_amount",
                unit="money",
            ),
        }

    @api.model
    def _approval_depends(self):
        return [
            *super()._approval_depends(),
            "state",
            "company_id",
            "from_user_id",
            "to_user_id",
            "end_membership",
            "line_ids.included",
            "line_ids.to_user_id",
        ]

    def _approval_exact(self):
        """Other records, or another successor for one of them, are another question."""
        line = self.env["sales.handover.line"]
        line.flush_model(["included", "to_user_id"])
        [(moves,)] = self.env.execute_query(
            SQL(
                """
                SELECT md5(string_agg(kind || ':' || res_id || ':' || to_user_id, ','
                                      ORDER BY kind, res_id))
                  FROM sales_handover_line WHERE handover_id = %s AND included
                """,
                self._origin.id or 0,
            )
        )
        return {
            "from_user_id": self.from_user_id.id,
            "end_membership": self.end_membership,
            "moves": moves,
        }

    def _approval_is_open(self):
        return self.state == "draft"

    def _approval_open_domain(self):
        return [("state", "=", "draft")]

    def _approval_leaders(self):
        return self.team_id._get_leaders_up() | (
            self.to_user_id._get_sales_teams(self.company_id)[:1]._get_leaders_up()
        )

    def _approval_excluded_users(self):
        return self._get_persons()

    def _prepare_approval_request_values(self):
        return {**super()._prepare_approval_request_values(), "team_id": self.team_id.id}

    def _get_approval_cards(self):
        amounts = self._measure_approval_open_amount()
        return {
            handover.id: {"currency_id": handover.currency_id, "amount": amounts[handover.id]}
            for handover in self
        }

    # === MEASURES === #
    def _measure_approval_records(self):
        return self._measure_lines([], "__count")

    def _measure_approval_customers(self):
        return self._measure_lines([("kind", "=", "customer")], "__count")

    def _measure_approval_open_amount(self):
        kinds = [key for key, kind in self._get_kinds().items() if kind.counts_amount]
        return self._measure_lines([("kind", "in", kinds)], "company_amount:sum")

    def _measure_lines(self, domain, aggregate):
        """:return: dict of handover id → figure of the records to move"""
        figures = {
            handover.id: figure
            for handover, figure in self.env["sales.handover.line"]._read_group(
                [("handover_id", "in", self._origin.ids), ("included", "=", True), *domain],
                ["handover_id"],
                [aggregate],
            )
        }
        return {handover.id: figures.get(handover._origin.id, 0) for handover in self}
