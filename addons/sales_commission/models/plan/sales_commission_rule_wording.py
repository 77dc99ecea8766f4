from odoo import api, fields, models

from .sales_commission_rule import TIERED


class SalesCommissionRule(models.Model):
    """The rule in words: on screens, and in the policy that payees sign.

    Every sentence is complete and stands for itself, so that it can be translated: what is
    filled in are names, numbers and noun phrases.
    """

    _inherit = "sales.commission.rule"

    summary = fields.Text(string="In Words", compute="_compute_summary")

    # === COMPUTE METHODS === #
    @api.depends(
        lambda self: (
            "tier_ids.amount_from",
            "tier_ids.rate",
            *(
                name
                for name, field in self._fields.items()
                if field.store and name not in models.MAGIC_COLUMNS
            ),
        )
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for rule in self:
            rule.summary = " ".join(rule._get_sentences())

    # === BUSINESS METHODS === #
    def _get_sentences(self):
        """:return: list of sentences: who earns how much, within which limits, of which sales"""
        self.ensure_one()
        # As superuser: the names in a rule are part of its terms, for all who may read it.
        rule = self.sudo()
        sentences = [
            rule._get_rate_sentence(),
            *rule._get_limit_sentences(),
            *rule._get_condition_sentences(),
        ]
        return [sentence for sentence in sentences if sentence]

    # === WHO AND HOW MUCH === #
    def _get_rate_sentence(self):
        words = {"payee": self._get_payee_words(), "base": self._get_base_words()}
        if self.rate_type in TIERED:
            return self._get_tiers_sentence(words)
        amount = self._in_money(self.unit_amount)
        if self.rate_type == "percent":
            return self.env._(
                "%(payee)s earns %(rate)s %% of %(base)s.", rate=in_percent(self.rate), **words
            )
        if self.rate_type == "unit":
            return self.env._(
                "%(payee)s earns %(amount)s for each unit of %(base)s.", amount=amount, **words
            )
        if self.rate_type == "document":
            return self.env._(
                "%(payee)s earns %(amount)s for each %(document)s.",
                payee=words["payee"],
                amount=amount,
                document=self._get_document_words(),
            )
        return {
            "run": self.env._(
                "%(payee)s earns %(amount)s for each period in which %(base)s is above 0.",
                amount=amount,
                **words,
            ),
            "quarter": self.env._(
                "%(payee)s earns %(amount)s for each quarter in which %(base)s is above 0.",
                amount=amount,
                **words,
            ),
            "year": self.env._(
                "%(payee)s earns %(amount)s for each year in which %(base)s is above 0.",
                amount=amount,
                **words,
            ),
        }[self.measure_period]

    def _get_tiers_sentence(self, words):
        rates = self.tier_ids.mapped("rate") or [0]
        words = {
            **words,
            "low": in_percent(min(rates)),
            "high": in_percent(max(rates)),
            "period": self._get_period_words(),
        }
        if self.tier_basis == "attainment":
            words["target"] = self.target_plan_id.display_name or self.env._("not chosen yet")
            if self.rate_type == "marginal":
                return self.env._(
                    "%(payee)s earns %(low)s %% to %(high)s %% of %(base)s in %(period)s: the "
                    "average of the tiers that the attainment of the target (%(target)s) has "
                    "passed through.",
                    **words,
                )
            return self.env._(
                "%(payee)s earns %(low)s %% to %(high)s %% of %(base)s in %(period)s: the rate of "
                "the tier that the attainment of the target (%(target)s) has reached.",
                **words,
            )
        if self.rate_type == "marginal":
            return self.env._(
                "%(payee)s earns %(low)s %% to %(high)s %% of %(base)s in %(period)s: each part "
                "of the total at the rate of its own tier.",
                **words,
            )
        return self.env._(
            "%(payee)s earns %(low)s %% to %(high)s %% of %(base)s in %(period)s: all of the "
            "total at the rate of the tier that it reaches.",
            **words,
        )

    def _get_payee_words(self):
        if self.role == "payee":
            return self.payee_id.name or self.env._("A payee who is not chosen yet")
        if self.role == "leader" and self.leader_level > 1:
            return self.env._(
                "The leader of team level %(level)s above the sale", level=self.leader_level
            )
        return {
            "salesperson": self.env._("The salesperson"),
            "leader": self.env._("The leader of the sale's team"),
            "channel": self.env._("The channel partner"),
        }.get(self.role, "")

    def _get_base_words(self):
        return {
            ("booked", "amount"): self.env._("the untaxed amount of orders"),
            ("booked", "margin"): self.env._("the margin of orders"),
            ("booked", "quantity"): self.env._("the quantity ordered"),
            ("invoiced", "amount"): self.env._("the untaxed amount of invoices"),
            ("invoiced", "margin"): self.env._("the margin of invoices"),
            ("invoiced", "quantity"): self.env._("the quantity invoiced"),
            ("collected", "amount"): self.env._("the untaxed amount received from customers"),
            ("collected", "margin"): self.env._("the margin of what customers have paid"),
            ("collected", "quantity"): self.env._("the quantity that customers have paid"),
        }.get((self.event, self.base), "")

    def _get_document_words(self):
        return {
            "booked": self.env._("order"),
            "invoiced": self.env._("invoice"),
            "collected": self.env._("paid invoice"),
        }.get(self.event, "")

    def _get_period_words(self):
        return {
            "run": self.env._("the settled period"),
            "quarter": self.env._("the quarter to date"),
            "year": self.env._("the year to date"),
        }.get(self.measure_period, "")

    # === LIMITS === #
    def _get_limit_sentences(self):
        sentences = [
            self.threshold and self._get_threshold_sentence(),
            self.cap_line
            and self.env._(
                "One line of a sale earns %(amount)s at most.",
                amount=self._in_money(self.cap_line),
            ),
            self.cap_period
            and self.env._(
                "A payee earns %(amount)s at most in a period.",
                amount=self._in_money(self.cap_period),
            ),
            self.cap_year
            and self.env._(
                "A payee earns %(amount)s at most in a calendar year.",
                amount=self._in_money(self.cap_year),
            ),
        ]
        return [sentence for sentence in sentences if sentence]

    def _get_threshold_sentence(self):
        if self.tier_basis == "attainment":
            return self.env._(
                "Below %(threshold)s %% of the target nothing is paid.",
                threshold=in_percent(self.threshold),
            )
        return self.env._(
            "Below a total of %(threshold)s nothing is paid, from there on everything is.",
            threshold=self._in_base(self.threshold),
        )

    # === OF WHICH SALES === #
    def _get_condition_sentences(self):
        """:return: list of sentences, one for each condition"""
        sentences = [
            self._get_own_sales_sentence(),
            *(self._get_dimension_sentence(name) for name in self._get_dimension_templates()),
            self._get_tags_sentence(),
            self._get_discount_sentence(),
            self._get_customer_kind_sentence(),
            self._get_dates_sentence(),
        ]
        return [sentence for sentence in sentences if sentence]

    def _get_own_sales_sentence(self):
        if self.role != "leader":
            return None
        if self.own_sales:
            return self.env._("What leaders sold themselves counts as well.")
        return self.env._("What leaders sold themselves does not count.")

    def _get_dimension_sentence(self, dimension):
        if not self[dimension]:
            return None
        return self._get_dimension_templates()[dimension] % {"name": self[dimension].display_name}

    def _get_dimension_templates(self):
        """:return: dict of dimension → sentence with the placeholder ``name``"""
        return {
            "user_id": self.env._("Only sales by salesperson %(name)s count."),
            "team_id": self.env._("Only sales of team %(name)s and the teams below it count."),
            "territory_id": self.env._(
                "Only sales in territory %(name)s and everything below it count."
            ),
            "partner_id": self.env._("Only sales to customer %(name)s count."),
            "channel_partner_id": self.env._("Only sales through %(name)s count."),
            "product_id": self.env._("Only the product %(name)s counts."),
            "categ_id": self.env._(
                "Only products of category %(name)s and the categories below it count."
            ),
            "campaign_id": self.env._("Only sales from campaign %(name)s count."),
            "contract_id": self.env._("Only sales under contract %(name)s count."),
        }

    def _get_tags_sentence(self):
        if not self.partner_tag_ids:
            return None
        return self.env._(
            "Only customers with one of these tags count: %(tags)s.",
            tags=", ".join(self.partner_tag_ids.mapped("display_name")),
        )

    def _get_discount_sentence(self):
        bounds = {"low": in_percent(self.discount_from), "high": in_percent(self.discount_to)}
        if self.discount_from and self.discount_to:
            return self.env._(
                "Only sales at a discount from %(low)s %% to less than %(high)s %% count.",
                **bounds,
            )
        if self.discount_from:
            return self.env._("Only sales at a discount of %(low)s %% or more count.", **bounds)
        if self.discount_to:
            return self.env._("Only sales at a discount of less than %(high)s %% count.", **bounds)
        return None

    def _get_customer_kind_sentence(self):
        return {
            "new": self.env._(
                "Only new customers count: sales within %(days)s days of their first one.",
                days=self.new_days,
            ),
            "existing": self.env._(
                "Only existing customers count: sales %(days)s days or more after their first one.",
                days=self.new_days,
            ),
        }.get(self.customer_kind)

    def _get_dates_sentence(self):
        days = {
            "first": fields.Date.to_string(self.date_from),
            "last": fields.Date.to_string(self.date_to),
        }
        if self.date_from and self.date_to:
            return self.env._("Only sales from %(first)s to %(last)s count.", **days)
        if self.date_from:
            return self.env._("Only sales from %(first)s on count.", **days)
        if self.date_to:
            return self.env._("Only sales up to %(last)s count.", **days)
        return None

    # === NUMBERS === #
    def _in_money(self, amount):
        return self.currency_id.format(amount) if self.currency_id else in_percent(amount)

    def _in_base(self, amount):
        """:return: a number of what the rule counts: money, or a quantity"""
        return in_percent(amount) if self.base == "quantity" else self._in_money(amount)


def in_percent(number):
    """:return: a number with the decimals that it has, up to six"""
    return f"{number or 0:,.6f}".rstrip("0").rstrip(".")
