from odoo import fields
from odoo.http import request, route

from .portal import ChannelCustomerPortal

FIGURES = ("booked", "previous_booked", "growth", "invoiced", "collected")


class ChannelOverviewPortal(ChannelCustomerPortal):
    """The overview of a channel partner: who it is to us, and how its year goes."""

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        return {**values, "channel_partner": self._get_channel_partner()}

    @route("/my/channel", type="http", auth="user", website=True)
    def portal_my_channel(self, **kwargs):
        partner = self._get_channel_partner()
        if not partner:
            return request.redirect("/my")
        return request.render(
            "sales_system.portal_my_channel",
            {
                **self._prepare_portal_layout_values(),
                **self._get_channel_figures(partner),
                "page_name": "channel",
                "channel_manager": partner.channel_manager_id,
                "authorizations": self._get_authorizations(partner),
            },
        )

    def _get_authorizations(self, partner):
        """:return: what a channel partner may sell where, today or later, with all rights"""
        today = fields.Date.context_today(partner)
        return (
            request.env["sales.channel.authorization"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", partner.id),
                    ("state", "=", "active"),
                    "|",
                    ("date_end", "=", False),
                    ("date_end", ">=", today),
                ]
            )
        )

    def _get_channel_figures(self, partner):
        """What went through a channel partner this year, and what it owes itself.

        :return: dict of year, totals (one of each company that sells to it), categories and
            overdue, each row a dict with its currency
        """
        today = fields.Date.context_today(partner)
        performance = request.env["sales.channel.performance"].sudo()
        year = [
            ("channel_partner_id", "=", partner.id),
            ("kind", "!=", "overdue"),
            ("date", ">=", today.replace(month=1, day=1)),
            ("date", "<=", today),
        ]
        owed = [
            ("channel_partner_id", "=", partner.id),
            ("partner_id", "=", partner.id),
            ("kind", "=", "overdue"),
        ]
        return {
            "year": today.year,
            "totals": self._group_figures(performance, year, ["company_id"], FIGURES),
            "categories": self._group_figures(
                performance, year, ["company_id", "categ_id"], (*FIGURES, "mix")
            ),
            "overdue": self._group_figures(performance, owed, ["company_id"], ["overdue"]),
        }

    def _group_figures(self, performance, domain, groupby, figures):
        names = [name.partition(":")[0] for name in groupby]
        aggregates = [f"{name}:{performance._fields[name].aggregator}" for name in figures]
        return [
            {
                **dict(zip((*names, *figures), row, strict=True)),
                "currency": row[0].sudo().currency_id,
            }
            for row in performance._read_group(domain, groupby, aggregates)
        ]
