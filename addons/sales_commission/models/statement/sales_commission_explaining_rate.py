from odoo import api, models
from odoo.tools import formatLang


class SalesCommissionExplaining(models.AbstractModel):
    """Why this rate: tier, attainment, cap, exchange rate, or why nothing is paid."""

    _inherit = "sales.commission.explaining"

    @api.model
    def _get_nothing_reason(self, measure):
        """:return: why the payee's sales under the rule bring nothing, or False"""
        rule = measure.rule_id
        if measure.status == "no_target":
            return self.env._(
                "target plan %(plan)s has no target for %(payee)s",
                plan=rule.target_plan_id.name,
                payee=measure.payee_id.name,
            )
        if measure.status != "threshold":
            return False
        if rule.tier_basis == "attainment":
            return self.env._(
                "the attainment of %(attainment)s %% is below the threshold of %(threshold)s %%",
                attainment=self._decimal(measure.attainment),
                threshold=self._decimal(rule.threshold),
            )
        return self.env._(
            "the total of %(total)s is below the threshold of %(threshold)s",
            total=self._counted(measure, measure.prior_base + measure.base),
            threshold=self._counted(measure, rule.threshold),
        )

    @api.model
    def _get_rate(self, earning):
        """:return: the rate, how it was reached, and what limits or converts it"""
        rule = earning.rule_id
        if rule.rate_type in ("marginal", "retroactive"):
            text = self._get_tier_rate(earning)
        elif rule.rate_type == "percent":
            text = self.env._("%(rate)s %%", rate=self._decimal(rule.rate))
        else:
            text = self._get_money_rate(earning)
        return self._add_exchange_rate(earning, self._add_cap(earning, text))

    @api.model
    def _get_money_rate(self, earning):
        rule, measure = earning.rule_id, earning.measure_id
        values = {
            "amount": formatLang(
                self.env, rule.unit_amount, digits=earning.company_currency_id.decimal_places
            ),
            "total": self._counted(measure, measure.prior_base + measure.base),
        }
        if rule.rate_type == "unit":
            return self.env._("%(amount)s per unit", **values)
        if rule.rate_type == "document":
            return self.env._("its part of %(amount)s per document", **values)
        return self.env._("its part of %(amount)s for the total of %(total)s", **values)

    @api.model
    def _get_tier_rate(self, earning):
        rule, measure, tier = earning.rule_id, earning.measure_id, earning.tier_id
        # A true-up has no rate of its own, and explains that of the measure.
        rate = measure.rate if earning.kind == "true_up" else earning.rate
        values = {
            "rate": self._decimal(rate),
            "attainment": self._decimal(measure.attainment),
            "total": self._counted(measure, measure.prior_base + measure.base),
        }
        if rule.tier_basis == "attainment":
            values["bound"] = self._decimal(tier.amount_from)
            if rule.rate_type == "retroactive":
                return self.env._(
                    "attainment of %(attainment)s %% in tier from %(bound)s %%: "
                    "%(rate)s %% on all sales",
                    **values,
                )
            return self.env._(
                "attainment of %(attainment)s %% in tier from %(bound)s %%: "
                "%(rate)s %% as the average of the tiers up to it",
                **values,
            )
        values["bound"] = self._counted(measure, tier.amount_from)
        if rule.rate_type == "retroactive":
            return self.env._(
                "total of %(total)s in tier from %(bound)s: %(rate)s %% on all sales", **values
            )
        if rate == tier.rate:
            return self.env._("running total in tier from %(bound)s: %(rate)s %%", **values)
        return self.env._(
            "running total ends in tier from %(bound)s: %(rate)s %% on average", **values
        )

    @api.model
    def _add_cap(self, earning, text):
        rule, measure = earning.rule_id, earning.measure_id
        # Rounding moves a line by no more than a unit.
        unit = earning.currency_id.rounding
        if rule.cap_line and (
            abs(abs(earning.amount) - rule.cap_line * measure.currency_rate) <= unit
        ):
            return self.env._(
                "%(rate)s, limited by the cap of %(cap)s per sale",
                rate=text,
                cap=formatLang(
                    self.env, rule.cap_line, digits=earning.company_currency_id.decimal_places
                ),
            )
        uncapped = earning.base * earning.rate / 100 * measure.currency_rate
        if rule.base == "quantity":
            uncapped = earning.quantity * rule.unit_amount * measure.currency_rate
        if measure.status == "capped" and abs(uncapped - earning.amount) > unit:
            return self.env._("%(rate)s, limited by the cap of the period or year", rate=text)
        return text

    @api.model
    def _add_exchange_rate(self, earning, text):
        if earning.currency_id == earning.company_currency_id:
            return text
        return self.env._(
            "%(rate)s, at %(currency_rate)s %(currency)s for 1 %(company_currency)s",
            rate=text,
            currency_rate=self._decimal(earning.measure_id.currency_rate),
            currency=earning.currency_id.name,
            company_currency=earning.company_currency_id.name,
        )
