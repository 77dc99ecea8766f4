from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REPORT = "sales_commission.report_statement_action"
EARNINGS_PER_PAGE = 100


class CommissionPortal(CustomerPortal):
    """Statements of agents and dealers, and of whoever else is paid without working here.

    Nothing is reached by a link alone: whoever asks has to be signed in, and the record rules
    say whose statements they see.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "commission_count" in counters:
            statements = request.env["sales.commission.statement"]
            values["commission_count"] = (
                statements.search_count(self._get_commission_domain())
                if statements.has_access("read")
                else 0
            )
        return values

    def _get_commission_domain(self):
        return [("is_mine", "=", True), ("state", "in", ("approved", "paid", "closed"))]

    # === PAGES === #
    @route(
        ["/my/commissions", "/my/commissions/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_commissions(self, page=1, **kwargs):
        statements = request.env["sales.commission.statement"]
        if not statements.has_access("read"):
            return request.redirect("/my")
        domain = self._get_commission_domain()
        pager = portal_pager(
            url="/my/commissions",
            total=statements.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = statements.search(domain, limit=self._items_per_page, offset=pager["offset"])
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "page_name": "commission",
                "default_url": "/my/commissions",
                "pager": pager,
                # What a run is called, its payees may read.
                "statements": found.sudo(),
            }
        )
        return request.render("sales_commission.portal_my_commissions", values)

    @route(
        [
            "/my/commissions/<int:statement_id>",
            "/my/commissions/<int:statement_id>/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_commission(self, statement_id, report_type=None, page=1, **kwargs):
        statement = self._get_statement(statement_id)
        if not statement:
            return request.redirect("/my")
        if report_type:
            return self._show_report(
                model=statement.sudo(),
                report_type=report_type,
                report_ref=REPORT,
                download=bool(kwargs.get("download")),
            )
        return self._render_statement(statement, page=page, is_sent=bool(kwargs.get("sent")))

    @route(["/my/commissions/<int:statement_id>.xlsx"], type="http", auth="user", readonly=False)
    def portal_my_commission_xlsx(self, statement_id):
        statement = self._get_statement(statement_id, is_mine=False)
        if not statement:
            return request.redirect("/my")
        filename, content = statement._export_xlsx()
        return request.make_response(
            content,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(filename)),
                ("Cache-Control", "no-store"),
            ],
        )

    @route(
        ["/my/commissions/<int:statement_id>/question"],
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_ask_about_commission(self, statement_id, text="", earning_id="", **kwargs):
        statement = self._get_statement(statement_id)
        if not statement:
            return request.redirect("/my")
        try:
            statement.action_ask(text, int(earning_id) if earning_id.isdecimal() else False)
        except UserError as error:
            return self._render_statement(statement, error=str(error), text=text)
        return request.redirect(f"/my/commissions/{statement.id}?sent=1#questions")

    # === HELPERS === #
    def _get_statement(self, statement_id, is_mine=True):
        """:return: a statement that the user may see, or None: whoever guesses learns nothing"""
        statement = (
            request.env["sales.commission.statement"]
            .browse(statement_id)
            .with_context(allowed_company_ids=request.env.user.company_ids.ids)
        )
        try:
            statement.check_access("read")
            if not statement.exists() or (is_mine and not statement.is_mine):
                return None
        except (AccessError, MissingError):
            return None
        return statement

    def _render_statement(self, statement, page=1, **values):
        earnings = statement.sudo().earning_ids
        pager = portal_pager(
            url=f"/my/commissions/{statement.id}",
            total=len(earnings),
            page=page,
            step=EARNINGS_PER_PAGE,
        )
        return request.render(
            "sales_commission.portal_my_commission",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "commission",
                "statement": statement.sudo(),
                "earnings": earnings[pager["offset"] : pager["offset"] + EARNINGS_PER_PAGE],
                "pager": pager,
                **values,
            },
        )
