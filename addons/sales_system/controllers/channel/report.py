from psycopg2 import IntegrityError
from werkzeug.datastructures import FileStorage

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager

from ...models.channel.sales_channel_report import OPEN_STATES
from ...models.importing.sales_import_field import IMPORT_ENTITY
from .portal import ChannelCustomerPortal

URL = "/my/channel-reports"
# Inputs of a line: beginning of their name → field.
INPUTS = {
    "opening": "opening_quantity",
    "in": "in_quantity",
    "out": "out_quantity",
    "amount": "amount",
    "closing": "closing_quantity",
}
STOCKS = ("opening", "closing")
MAX_FILE_SIZE = 32 * 1024 * 1024


class ChannelReportPortal(ChannelCustomerPortal):
    """A channel partner fills in and submits the reports of its own company."""

    # === LIST === #
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        reports = request.env["sales.channel.report"].sudo()
        domain = self._get_report_domain()
        if "channel_report_count" in counters:
            values["channel_report_count"] = reports.search_count(domain, limit=1)
        if "channel_report_open_count" in counters:
            values["channel_report_open_count"] = reports.search_count(
                domain & Domain("state", "in", OPEN_STATES)
            )
        return values

    def _get_report_domain(self):
        partner = self._get_channel_partner()
        return Domain("partner_id", "=", partner.id) if partner else Domain.FALSE

    @route([URL, f"{URL}/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_channel_reports(self, page=1, **kwargs):
        reports = request.env["sales.channel.report"].sudo()
        domain = self._get_report_domain()
        pages = pager(
            url=URL, total=reports.search_count(domain), page=page, step=self._items_per_page
        )
        found = reports.search(domain, limit=self._items_per_page, offset=pages["offset"])
        return request.render(
            "sales_system.portal_my_channel_reports",
            {
                **self._prepare_portal_layout_values(),
                "reports": found,
                "page_name": "channel_report",
                "pager": pages,
                "default_url": URL,
            },
        )

    # === ONE REPORT === #
    @route(f"{URL}/<int:report_id>", type="http", auth="user", website=True)
    def portal_channel_report(self, report_id, message=None, **kwargs):
        report = self._get_report(report_id)
        if not report:
            return request.redirect("/my")
        return self._render_report(report, message=message)

    @route(f"{URL}/<int:report_id>/save", type="http", auth="user", methods=["POST"], website=True)
    def portal_channel_report_save(self, report_id, step="save", **typed):
        """Keep what is typed, and take a further step with it.

        :param step: ``save``, ``add`` a product, take ``expected`` closing stock, or ``submit``
        """
        report = self._get_report(report_id)
        if not report:
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                self._save(report, typed)
                self._take_step(report, step, typed)
                # What the database refuses is said on the page too.
                request.env.flush_all()
        except UserError as error:
            report.env.invalidate_all(flush=False)
            return self._render_report(report, typed=typed, errors=str(error).split("\n"))
        except IntegrityError as error:
            report.env.invalidate_all(flush=False)
            sentence = report._sql_error_to_message(error)
            return self._render_report(report, typed=typed, errors=[sentence])
        return request.redirect(f"{URL}/{report.id}?message={step}")

    @route(
        f"{URL}/<int:report_id>/upload", type="http", auth="user", methods=["POST"], website=True
    )
    def portal_channel_report_upload(self, report_id, kind="channel_sale", file=None, **kwargs):
        report = self._get_report(report_id)
        if not report:
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                _count, refused = self._upload(report, kind, file)
        except UserError as error:
            report.env.invalidate_all(flush=False)
            return self._render_report(report, errors=str(error).split("\n"))
        if refused:
            return self._render_report(
                report, rejects=[report._get_reject_sentence(one) for one in refused]
            )
        return request.redirect(f"{URL}/{report.id}?message=upload")

    # === BUSINESS METHODS === #
    def _get_report(self, report_id):
        """:return: a report of the visitor's own company with all rights; empty for the id of
        somebody else's as for one that there is none of
        """
        reports = request.env["sales.channel.report"].sudo()
        report = reports.search(self._get_report_domain() & Domain("id", "=", report_id))
        return report.with_company(report.company_id)

    def _render_report(self, report, **values):
        return request.render(
            "sales_system.portal_channel_report",
            {
                **self._prepare_portal_layout_values(),
                "report": report,
                "is_open": report.state in OPEN_STATES,
                "has_previous": bool(report._get_previous()),
                "page_name": "channel_report",
                "typed": {},
                "errors": [],
                "rejects": [],
                "message": None,
                **values,
            },
        )

    def _save(self, report, typed):
        """Write the typed numbers of all lines, or none.

        :raises UserError: with a sentence for each row that holds no number
        """
        report._check_state(*OPEN_STATES)
        problems, rows = [], {}
        has_previous = bool(report._get_previous())
        for number, line in enumerate(report.line_ids.sorted(), start=1):
            values = rows[line] = {}
            for name, field in self._get_inputs(line, has_previous):
                text = typed.get(f"{name}_{line.id}")
                if text is None:
                    continue
                value = self._parse_number(text.strip() or "0")
                if problem := self._number_problem(name, text, value):
                    label = line._fields[field]._description_string(request.env)
                    problems.append(
                        request.env._(
                            "Row %(row)s, %(product)s: %(column)s “%(value)s” %(problem)s.",
                            row=number,
                            product=line.product_id.display_name,
                            column=label,
                            value=text,
                            problem=problem,
                        )
                    )
                values[field] = value
            if f"note_{line.id}" in typed:
                values["in_note"] = typed[f"note_{line.id}"].strip()
        if problems:
            raise UserError("\n".join(problems))
        report.line_ids._write_each(rows)
        if "note" in typed:
            report.note = typed["note"].strip()

    def _get_inputs(self, line, has_previous):
        """:return: (name, field) of the numbers that the channel partner types"""
        fixed = {"out", "amount"} if line.detail_count else set()
        if has_previous:
            fixed.add("opening")
        return [(name, field) for name, field in INPUTS.items() if name not in fixed]

    def _number_problem(self, name, text, value):
        if value is None:
            return request.env._("is not a number such as 12.5")
        if name in STOCKS and value < 0:
            return request.env._("is a negative stock: count it again")
        return None

    def _take_step(self, report, step, typed):
        product = (typed.get("product") or "").strip()
        if step == "submit":
            report.action_submit()
        elif step == "expected":
            report.action_take_expected()
        elif step == "add" or (step == "save" and product):
            self._add_product(report, product)

    def _add_product(self, report, key):
        """:param key: internal reference, barcode or name of one of our products"""
        products = request.env["product.product"].sudo()
        domain = Domain(products._check_company_domain(report.company_id))
        domain &= Domain("sale_ok", "=", True) & Domain("type", "=", "consu")
        found = products.browse()
        for field in IMPORT_ENTITY["product"][1] if key else ():
            found = found or products.search(domain & Domain(field, "=", key), limit=2)
        if len(found) != 1:
            raise UserError(
                request.env._(
                    "“%(product)s” is not exactly one of our products. Enter its reference, as it "
                    "stands on our invoices.",
                    product=key,
                )
            )
        if found in report.line_ids.product_id:
            raise UserError(
                request.env._(
                    "%(product)s stands in the report already.", product=found.display_name
                )
            )
        report.line_ids = [(0, 0, {"product_id": found.id})]

    def _upload(self, report, kind, file):
        """:return: as ``_upload`` of the report"""
        # A form may send a text in place of a file.
        content = file.read(MAX_FILE_SIZE + 1) if isinstance(file, FileStorage) else b""
        if kind not in ("channel_sale", "channel_stock") or not content:
            raise UserError(request.env._("Choose a file first."))
        if len(content) > MAX_FILE_SIZE:
            raise UserError(
                request.env._(
                    "%(file)s is larger than 32 MB. Split it into several files.",
                    file=file.filename,
                )
            )
        return report._upload(kind, content, file.filename)
