from datetime import date

from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager

from .portal import ChannelCustomerPortal

# What a channel partner says of an end customer, as texts of the form.
TEXT_FIELDS = (
    "customer_name",
    "customer_tax_id",
    "customer_contact",
    "customer_phone",
    "customer_email",
    "customer_website",
    "city",
    "note",
)
TYPED_FIELDS = ("country_id", "expected_amount", "currency_id", "expected_date", "categ_id")
MAX_TEXT = 200
MAX_NOTE = 5000


class DealRegistrationPortal(ChannelCustomerPortal):
    """A channel partner registers end customers and follows what becomes of them."""

    # === LIST === #
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "deal_count" in counters:
            partner = self._get_channel_partner()
            values["deal_count"] = partner and self._search_deals(partner, count=True)
        return values

    def _get_deal_domain(self, partner):
        return [("partner_id", "=", partner.id)]

    def _search_deals(self, partner, count=False, **options):
        deals = request.env["sales.deal.registration"].sudo()
        domain = self._get_deal_domain(partner)
        return deals.search_count(domain) if count else deals.search(domain, **options)

    @route(["/my/deals", "/my/deals/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_deals(self, page=1, **kwargs):
        partner = self._get_channel_partner()
        if not partner:
            return request.redirect("/my")
        pages = pager(
            url="/my/deals",
            total=self._search_deals(partner, count=True),
            page=page,
            step=self._items_per_page,
        )
        deals = self._search_deals(partner, limit=self._items_per_page, offset=pages["offset"])
        return request.render(
            "sales_system.portal_my_deals",
            {
                **self._prepare_portal_layout_values(),
                "deals": deals,
                "page_name": "deal",
                "pager": pages,
                "default_url": "/my/deals",
            },
        )

    # === ONE REGISTRATION === #
    @route("/my/deals/<int:deal_id>", type="http", auth="user", website=True)
    def portal_deal_page(self, deal_id, message=None, **kwargs):
        deal = self._get_deal(deal_id)
        return self._render_deal(deal, message=message) if deal else request.redirect("/my")

    @route(
        "/my/deals/<int:deal_id>/extend", type="http", auth="user", methods=["POST"], website=True
    )
    def portal_deal_extend(self, deal_id, reason="", **kwargs):
        deal = self._get_deal(deal_id)
        if not deal:
            return request.redirect("/my")
        if problem := deal._get_extension_problem(reason):
            return self._render_deal(deal, problem=problem, reason=reason)
        deal._ask_extension(reason[:MAX_NOTE])
        return request.redirect(f"/my/deals/{deal.id}?message=extension")

    def _get_deal(self, deal_id):
        """:return: a registration of the visitor's company with all rights, else none"""
        partner = self._get_channel_partner()
        deal = request.env["sales.deal.registration"].sudo().browse(deal_id).exists()
        return deal if partner and deal.partner_id == partner else deal.browse()

    def _render_deal(self, deal, **values):
        return request.render(
            "sales_system.portal_deal_page",
            {
                **self._prepare_portal_layout_values(),
                "deal": deal,
                "page_name": "deal",
                **values,
            },
        )

    # === NEW REGISTRATION === #
    @route("/my/deals/new", type="http", auth="user", methods=["GET"], website=True)
    def portal_deal_new(self, **kwargs):
        partner = self._get_channel_partner()
        if not partner:
            return request.redirect("/my")
        company = self._get_deal_company(partner)
        return self._render_form(
            partner, {"country_id": company.country_id.id, "currency_id": company.currency_id.id}
        )

    @route("/my/deals/new", type="http", auth="user", methods=["POST"], website=True)
    def portal_deal_create(self, **typed):
        partner = self._get_channel_partner()
        if not partner:
            return request.redirect("/my")
        values, problems = self._read_form(partner, typed)
        deals = (
            request.env["sales.deal.registration"].sudo().with_context(mail_create_nosubscribe=True)
        )
        # Looked at before anything is written, so that a refusal leaves nothing behind.
        problems = {**deals.new(values)._get_problems(), **problems}
        if problems:
            return self._render_form(partner, typed, problems)
        deal = deals.create(values)
        deal.action_submit()
        return request.redirect(f"/my/deals/{deal.id}?message=submitted")

    def _read_form(self, partner, typed):
        """:return: (dict of values, dict of field → sentence for what cannot be read)"""
        values = {name: (typed.get(name) or "").strip()[:MAX_TEXT] for name in TEXT_FIELDS}
        values["note"] = (typed.get("note") or "").strip()[:MAX_NOTE]
        values |= {
            "partner_id": partner.id,
            "company_id": self._get_deal_company(partner).id,
            "user_id": partner.channel_manager_id.id,
        }
        problems = {}
        if not values["customer_name"]:
            problems["customer_name"] = request.env._("Enter the name of the customer.")
        for name in TYPED_FIELDS:
            try:
                values[name] = self._read_field(name, (typed.get(name) or "").strip(), partner)
            except ValueError as error:
                problems[name] = str(error)
        return values, problems

    def _read_field(self, name, text, partner):
        """:raises ValueError: sentence that says what cannot be read"""
        if not text:
            company = self._get_deal_company(partner)
            return company.currency_id.id if name == "currency_id" else False
        if name == "expected_amount":
            return self._read_amount(text)
        if name == "expected_date":
            return self._read_date(text)
        choices = self._get_choices(name)
        if not text.isdecimal() or int(text) not in choices.ids:
            raise ValueError(request.env._("Choose one of the list."))
        return int(text)

    def _read_amount(self, text):
        amount = self._parse_number(text)
        if amount is None or amount < 0:
            raise ValueError(
                request.env._(
                    "“%(text)s” is no amount. Enter digits only, such as 25000.", text=text[:40]
                )
            )
        return amount

    def _read_date(self, text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(
                request.env._("“%(text)s” is no day. Enter one such as 2027-03-31.", text=text[:40])
            ) from error

    def _get_choices(self, name):
        """:return: records that a channel partner chooses from"""
        model = {
            "country_id": "res.country",
            "currency_id": "res.currency",
            "categ_id": "product.category",
        }[name]
        return request.env[model].sudo().search([])

    def _get_deal_company(self, partner):
        return partner.company_id or request.env.user.sudo().company_id

    def _render_form(self, partner, typed, problems=None):
        return request.render(
            "sales_system.portal_deal_form",
            {
                **self._prepare_portal_layout_values(),
                "partner": partner,
                "typed": {name: str(value or "") for name, value in typed.items()},
                "problems": problems or {},
                "countries": self._get_choices("country_id"),
                "currencies": self._get_choices("currency_id"),
                "categories": self._get_choices("categ_id"),
                "page_name": "deal",
                "is_new_deal": True,
            },
        )
