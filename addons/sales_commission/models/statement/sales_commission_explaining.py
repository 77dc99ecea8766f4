from odoo import api, models
from odoo.tools import SQL, format_date, formatLang, get_lang


class SalesCommissionExplaining(models.AbstractModel):
    """Says in one sentence how an earning came about: sale, share, rule, rate, amount.

    Reading, no calculating anew: the words come from the columns of the earning, its ledger
    entry, measure, rule and tier. However many earnings there are, they are read together.
    """

    _name = "sales.commission.explaining"
    _description = "Commission in Words"

    # === BUSINESS METHODS === #
    @api.model
    def _explain(self, earnings):
        """:return: dict of earning id → sentence in the language of the reader"""
        earnings = earnings.sudo()
        originals = self._read_originals(earnings)
        return {
            earning.id: self._explain_one(earning, originals.get(earning.id))
            for earning in earnings
        }

    @api.model
    def _explain_one(self, earning, original):
        if earning.kind == "true_up":
            return self._explain_true_up(earning)
        if original:
            return self._explain_correction(earning, original)
        values = {
            "sale": self._get_sale(earning),
            "rule": self._get_rule(earning),
            "amount": self._money(earning, earning.amount),
        }
        if reason := self._get_nothing_reason(earning.measure_id):
            return self.env._(
                "%(sale)s; %(rule)s: %(reason)s, so it brings %(amount)s.", reason=reason, **values
            )
        return self.env._(
            "%(sale)s; %(rule)s, %(rate)s = %(amount)s.", rate=self._get_rate(earning), **values
        )

    @api.model
    def _explain_correction(self, earning, original):
        values = {
            "sale": self._get_sale(earning),
            "original": original["reference"] or "",
            "date": format_date(self.env, original["date"]),
            "run": original["run"],
            "rule": self._get_rule(earning),
            "amount": self._money(earning, earning.amount),
        }
        if original["rate"] is None:
            return self.env._(
                "%(sale)s; corrects %(original)s of %(date)s, for which run %(run)s paid %(paid)s "
                "by %(rule)s, at what was paid = %(amount)s.",
                paid=self._money(earning, original["amount"]),
                **values,
            )
        return self.env._(
            "%(sale)s; corrects %(original)s of %(date)s, which run %(run)s paid by %(rule)s, "
            "at the %(rate)s %% that were paid = %(amount)s.",
            rate=self._decimal(original["rate"]),
            **values,
        )

    @api.model
    def _explain_true_up(self, earning):
        measure = earning.measure_id
        return self.env._(
            "True-up by %(rule)s: %(reason)s. What earlier runs counted since %(date)s, %(base)s, "
            "now stands for %(due)s; %(paid)s were paid for it, which leaves %(amount)s.",
            rule=self._get_rule(earning),
            reason=self._get_nothing_reason(measure) or self._get_rate(earning),
            date=format_date(self.env, measure.date_from),
            base=self._counted(measure, measure.prior_base),
            due=self._money(earning, measure.prior_amount + earning.amount),
            paid=self._money(earning, measure.prior_amount),
            amount=self._money(earning, earning.amount),
        )

    # === CLAUSES === #
    @api.model
    def _get_sale(self, earning):
        """:return: document, customer, and the payee's share in what the rule counts"""
        entry, kind = earning.entry_id, earning.rule_id.base
        names = {
            "document": entry.reference or "",
            "date": format_date(self.env, entry.date),
            "customer": entry.partner_id.name,
        }
        sale = (
            self.env._("%(document)s of %(date)s, %(customer)s", **names)
            if entry.partner_id
            else self.env._("%(document)s of %(date)s", **names)
        )
        measure = earning.measure_id
        values = {
            "sale": sale,
            "value": self._counted(measure, entry[kind]),
            "share": self._decimal(earning.share),
            "base": self._counted(
                measure, earning.quantity if kind == "quantity" else earning.base
            ),
        }
        if kind == "margin":
            return self.env._(
                "%(sale)s, margin %(value)s × share %(share)s %% = %(base)s", **values
            )
        if kind == "quantity":
            return self.env._(
                "%(sale)s, quantity %(value)s × share %(share)s %% = %(base)s", **values
            )
        return self.env._("%(sale)s, %(value)s × share %(share)s %% = %(base)s", **values)

    @api.model
    def _get_rule(self, earning):
        plan = earning.plan_id
        return self.env._(
            "rule “%(rule)s” (plan %(plan)s, version %(version)s)",
            rule=earning.rule_id.name,
            plan=plan.name,
            version=plan.version,
        )

    # === NUMBERS === #
    @api.model
    def _money(self, earning, amount):
        """:return: an amount in the payee's currency, named where it is not the company's"""
        currency = earning.currency_id
        number = formatLang(self.env, amount, digits=currency.decimal_places)
        if currency == earning.company_currency_id:
            return number
        return self.env._("%(amount)s %(currency)s", amount=number, currency=currency.name)

    @api.model
    def _counted(self, measure, value):
        """:return: a number in the unit of the rule's base"""
        if measure.rule_id.base == "quantity":
            return self._decimal(value)
        return formatLang(self.env, value, digits=measure.company_currency_id.decimal_places)

    @api.model
    def _decimal(self, value):
        """:return: a number without needless zeros"""
        text = formatLang(self.env, value, digits=6)
        point = get_lang(self.env).decimal_point
        return text.rstrip("0").rstrip(point) if point in text else text

    # === QUERIES === #
    @api.model
    def _read_originals(self, earnings):
        """What the corrections among the earnings correct, as an earlier run paid it.

        :return: dict of earning id → dict of reference, date, run, rate and amount
        """
        corrections = earnings.filtered(
            lambda earning: earning.kind == "clawback" or earning.entry_id.posting_no > 1
        )
        if not corrections:
            return {}
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH candidate AS MATERIALIZED (
                    SELECT DISTINCT e.*, x.plan_id, move.reversed_entry_id AS refunded_id
                      FROM sales_commission_earning x
                      JOIN sales_ledger_entry e ON e.id = x.entry_id
                      LEFT JOIN account_move move
                        ON e.document_model = 'account.move' AND move.id = e.document_id
                       AND e.amount < 0
                     WHERE x.id = ANY(%(earnings)s)
                ),
                original AS (%(originals)s)
                SELECT DISTINCT ON (x.id)
                       x.id, e.reference, e.date, run.name AS run, paid.rate, paid.amount
                  FROM sales_commission_earning x
                  JOIN original
                    ON original.entry_id = x.entry_id AND original.plan_id = x.plan_id
                  JOIN sales_commission_earning paid
                    ON paid.entry_id = original.original_id AND paid.kind = 'earning'
                   AND paid.rule_id = x.rule_id AND paid.payee_id = x.payee_id
                   AND paid.run_id <> x.run_id
                  JOIN sales_commission_run run ON run.id = paid.run_id
                  JOIN sales_ledger_entry e ON e.id = paid.entry_id
                 WHERE x.id = ANY(%(earnings)s)
                 ORDER BY x.id, e.id DESC
                """,
                earnings=corrections.ids,
                originals=self.env["sales.commission.restating"]._originals_query(),
            )
        )
        return {row["id"]: row for row in rows}
