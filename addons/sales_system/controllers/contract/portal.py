from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request, route
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ...models.contract.sales_contract_signing import SHOWN_STATES

REPORT = "sales_system.sales_contract_report"
HISTORY = "my_contracts_history"


class ContractCustomerPortal(CustomerPortal):
    """A customer reads, downloads, signs and refuses the contracts that were sent to it.

    Customers have no access rights on contracts: what they see, they see through here.
    """

    # === LIST === #
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        contracts = request.env["sales.contract"].sudo()
        domain = self._get_contract_domain()
        if "contract_count" in counters:
            values["contract_count"] = contracts.search_count(domain, limit=1)
        if "contract_to_sign_count" in counters:
            values["contract_to_sign_count"] = contracts.search_count(
                [
                    *domain,
                    ("state", "=", "sent"),
                    ("signing_state", "in", ("none", "company")),
                ]
            )
        return values

    def _get_contract_domain(self):
        partner = request.env.user.partner_id.commercial_partner_id
        return [("commercial_partner_id", "=", partner.id), ("state", "in", SHOWN_STATES)]

    @route(
        ["/my/contracts", "/my/contracts/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_contracts(self, page=1, **kwargs):
        contracts = request.env["sales.contract"].sudo()
        domain = self._get_contract_domain()
        pages = pager(
            url="/my/contracts",
            total=contracts.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = contracts.search(domain, limit=self._items_per_page, offset=pages["offset"])
        request.session[HISTORY] = found.ids[:100]
        return request.render(
            "sales_system.portal_my_contracts",
            {
                **self._prepare_portal_layout_values(),
                "contracts": found,
                "page_name": "contract",
                "pager": pages,
                "default_url": "/my/contracts",
            },
        )

    # === ONE CONTRACT === #
    @route("/my/contracts/<int:contract_id>", type="http", auth="public", website=True)
    def portal_contract_page(
        self, contract_id, access_token=None, report_type=None, download=False, message=None, **kw
    ):
        try:
            contract = self._get_contract(contract_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        except UserError as error:
            return self._render_closed(str(error))
        if report_type in ("html", "pdf", "text"):
            return self._show_report(
                model=contract, report_type=report_type, report_ref=REPORT, download=download
            )
        values = {
            "contract": contract,
            "message": message,
            "page_name": "contract",
            "res_company": contract.company_id,
            "backend_url": f"/odoo/contracts/{contract.id}",
            "signing_error": contract._get_signing_error("customer"),
        }
        # Customers have no access of their own: the token is what lets them write messages.
        token = access_token or contract._portal_ensure_token()
        values = self._get_page_view_values(contract, token, values, HISTORY, False, **kw)
        return request.render("sales_system.portal_contract_page", values)

    @route(
        "/my/contracts/<int:contract_id>/file/<int:file_id>",
        type="http",
        auth="public",
        website=True,
    )
    def portal_contract_file(self, contract_id, file_id, access_token=None):
        try:
            contract = self._get_contract(contract_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        except UserError as error:
            return self._render_closed(str(error))
        file = contract._get_annexes().filtered(lambda annex: annex.id == file_id)
        if not file:
            return request.redirect(contract.get_portal_url())
        return request.env["ir.binary"]._get_stream_from(file).get_response(as_attachment=True)

    @route("/my/contracts/<int:contract_id>/sign", type="jsonrpc", auth="public", website=True)
    def portal_contract_sign(self, contract_id, access_token=None, name=None, signature=None):
        token = access_token or request.httprequest.args.get("access_token")
        try:
            contract = self._get_contract(contract_id, token)
            self._check_is_outsider(contract)
            with request.env.cr.savepoint():
                contract._sign("customer", name, signature, request.httprequest.remote_addr)
        except MissingError:
            return {"error": self._get_unknown_error()}
        except UserError as error:
            return {"error": str(error)}
        contract._keep_signed_copy()
        url = contract.get_portal_url(query_string="&message=signed")
        return {"force_refresh": True, "redirect_url": url}

    @route(
        "/my/contracts/<int:contract_id>/refuse",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_contract_refuse(self, contract_id, access_token=None, reason=None, **kw):
        try:
            contract = self._get_contract(contract_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        except UserError as error:
            return self._render_closed(str(error))
        name = self._get_visitor_name(contract)
        try:
            self._check_is_outsider(contract)
            with request.env.cr.savepoint():
                contract._refuse(name, reason)
        except UserError as error:
            return self._render_closed(str(error), contract)
        return self._render_closed(
            request.env._("Thank you for your answer. We will come back to you."), status=200
        )

    # === WHO MAY === #
    def _get_contract(self, contract_id, access_token=None):
        """Find a contract that the visitor may see.

        :return: the contract with all rights; what it says, it says to the visitor
        :raise MissingError: where there is none that the visitor may know of
        :raise UserError: sentence for somebody who has the link, or is the customer
        """
        contract = request.env["sales.contract"].sudo().browse(contract_id).exists()
        if contract and self._is_insider(contract):
            return contract
        is_customer = contract and self._is_customer(contract)
        if not is_customer and not self._has_link(contract, access_token):
            raise MissingError(self._get_unknown_error())
        if contract.state not in SHOWN_STATES:
            raise UserError(contract._get_closed_error())
        if not is_customer and contract._is_link_expired():
            raise UserError(contract._get_link_error())
        return contract

    def _is_insider(self, contract):
        own = contract.sudo(False)
        return request.env.user._is_internal() and own.has_access("read")

    def _check_is_outsider(self, contract):
        """:raise UserError: one of us signs or refuses for the other side"""
        if request.env.user._is_internal():
            raise UserError(
                request.env._(
                    "You are logged in as %(user)s, who cannot answer for %(customer)s. "
                    "Send the contract to the customer instead.",
                    user=request.env.user.name,
                    customer=contract.commercial_partner_id.name,
                )
            )

    def _is_customer(self, contract):
        user = request.env.user
        partner = user.partner_id.commercial_partner_id
        return not user._is_public() and partner == contract.commercial_partner_id

    def _has_link(self, contract, access_token):
        token = contract and contract.access_token
        return bool(token and access_token and consteq(token, access_token))

    def _get_visitor_name(self, contract):
        user = request.env.user
        return contract.partner_id.name if user._is_public() else user.name

    def _get_unknown_error(self):
        return request.env._(
            "This contract does not exist, or your link does not open it. Ask for a new link."
        )

    def _render_closed(self, message, contract=None, status=403):
        """:return: page that says a sentence and shows nothing of the contract"""
        return request.render(
            "sales_system.portal_contract_closed",
            {
                **self._prepare_portal_layout_values(),
                "message": message,
                "url": contract and contract.get_portal_url(),
            },
            status=status,
        )
