from itertools import count

from odoo.tools import SQL

from .common import MarketingCommon


class EffectCommon(MarketingCommon):
    """The spring plan with a campaign for each of its activities, of which the advertisement is
    over its budget: 120 spent of 100.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = count(1)
        cls.poster, cls.stand, cls.loose = cls.env["utm.campaign"].create(
            [
                {"title": title, "company_id": False}
                for title in ("Effect Poster", "Effect Stand", "Effect Loose")
            ]
        )
        cls.advert.write(
            {"campaign_id": cls.poster.id, "expected_leads": 4, "expected_revenue": 2000}
        )
        cls.fair.write({"campaign_id": cls.stand.id, "expected_leads": 10})
        cls.budget = cls._create_budget(cls.advert, 100, analytic_account_id=cls.account.id)
        cls._cost(120)

    @classmethod
    def _create_lead(cls, campaign, day, user=None, **values):
        lead = cls.env["crm.lead"].create(
            {
                "name": "Asked for a bike",
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "user_id": (user or cls.seller).id,
                "campaign_id": campaign.id,
                "type": "opportunity",
                **{name: value for name, value in values.items() if value},
            }
        )
        if not values.get("company_id", True):
            lead.team_id = False
            lead.company_id = False
        lead.flush_recordset()
        cls.env.cr.execute(
            SQL("UPDATE crm_lead SET create_date = %s WHERE id = %s", f"{day} 10:00:00", lead.id)
        )
        lead.invalidate_recordset(["create_date"])
        return lead

    @classmethod
    def _sell(cls, *rows, event="invoiced", company=None, user="LI.NA"):
        """Post past sales.

        :param rows: tuples of day, campaign, amount and, where it is not the first, the customer
        """
        lines = ["Order,Date,Campaign,Amount,Customer,Product,Quantity,Cost,Sales Rep"]
        for day, campaign, amount, *customer in rows:
            code = customer[0] if customer else "C1"
            title = campaign.title if campaign else ""
            lines.append(
                ",".join(
                    map(
                        str,
                        (
                            f"S{next(cls.numbers)}",
                            day,
                            title,
                            amount,
                            code,
                            "P1",
                            1 if amount > 0 else -1,
                            round(amount / 2, 2),
                            user,
                        ),
                    )
                )
            )
        values = {"company_id": company.id} if company else {}
        sales_import = cls._create_import("\n".join(lines), event=event, **values)
        sales_import.action_check()
        sales_import.action_import()
        return sales_import

    def _effect(self, holder=None, attribution="marked", user=None):
        """:return: the row of an activity, or of a plan without activity, as a user sees it"""
        holder = holder or self.advert
        rows = self._as(user or self.manager, self.env["sales.marketing.effect"])
        rows.invalidate_model()
        domain = [("attribution", "=", attribution)]
        if holder._name == "sales.marketing.plan":
            domain += [("plan_id", "=", holder.id), ("activity_id", "=", False)]
        else:
            domain += [("activity_id", "=", holder.id)]
        return rows.search(domain)

    def _figures_of(self, *args, names=("leads", "orders", "invoiced", "margin", "roi"), **kwargs):
        row = self._effect(*args, **kwargs)
        self.assertEqual(len(row), 1)
        return tuple(round(row[name], 4) for name in names)
