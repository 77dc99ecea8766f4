from datetime import date

from odoo import fields
from odoo.fields import Command

from ..common import YEAR, SalesCommissionCommon


class SimulationCommon(SalesCommissionCommon):
    @classmethod
    def _simulate(cls, plan, first=f"{YEAR}-01-01", last=f"{YEAR}-12-31", **values):
        simulation = cls.env["sales.commission.simulation"].create(
            {"plan_id": plan.id, "date_from": first, "date_to": last, **values}
        )
        simulation.action_simulate()
        return simulation

    @classmethod
    def _settle(cls, plan, *months):
        """Approve a run of the plan for each month."""
        for month in months:
            first = date(YEAR, month, 1)
            period = (first, fields.Date.end_of(first, "month"))
            cls._create_run(period, approve=True, plan_id=plan.id)

    @classmethod
    def _sell_a_year(cls, months=range(1, 8)):
        """Sales of both salespeople in every month, with cents, in a team with a leader."""
        cls.leader = cls._create_user("leader", "sales_system.group_sale_salesman_team")
        cls.team = cls.env["crm.team"].create(
            {"name": "East", "user_id": cls.leader.id, "company_id": cls.company.id}
        )
        for month in months:
            for user, factor in ((cls.li_na, 1), (cls.wang_wei, 1.37)):
                cls._sell(
                    round(100.15 * month * factor, 2),
                    round(233.33 * factor, 2),
                    19.99,
                    user=user,
                    date=f"{YEAR}-{month:02}-{10 + month:02}",
                    team_id=cls.team.id,
                )

    @staticmethod
    def _tiers(*tiers):
        return [Command.create({"amount_from": bound, "rate": rate}) for bound, rate in tiers]

    @staticmethod
    def _by_payee(simulation, field="simulated_amount"):
        return {payee.payee_id: payee[field] for payee in simulation.payee_ids}
