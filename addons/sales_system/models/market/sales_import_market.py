from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

# Where the scratch dict of one pass over the file keeps what its rows are checked against.
CHECKED_AGAINST = "market_data"


class MarketFigures(NamedTuple):
    """What a row sets: the value, its currency's id or None, and where it was read."""

    value: str
    currency_id: int | None
    source_url: str


class MarketKey(NamedTuple):
    """A row of market data: where it belongs, what it sets, and the row that is there already.

    :param tuple place: indicator, territory, category, first day, last day, source
    """

    place: tuple
    figures: MarketFigures
    data_id: int | None
    is_there: bool


class MarketPass(NamedTuple):
    """What one pass over the file is checked against.

    :param dict data: place → id and figures of the market data of the company
    :param dict indicators: id → indicator
    :param dict currencies: name → active currency
    """

    data: dict
    indicators: dict
    currencies: dict


class SalesImport(models.Model):
    """Market data: each row sets the value of an indicator; the same file again corrects it."""

    _inherit = "sales.import"

    market_changes = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The rows that the import set: id, figures before or nothing, figures after.",
    )

    def _creates(self, entity):
        """A territory that nobody sells in has no market to compare with."""
        return self.kind != "market" and super()._creates(entity)

    # === CHECKING === #
    def _check_row_market(self, row, titles):
        values = row.values
        if values["date_to"] < values["date_from"]:
            row.refuse(
                titles["date_to"],
                values["date_to"],
                self.env._(
                    "lies before the first day %(day)s: swap the two", day=values["date_from"]
                ),
            )

    def _row_key_market(self, row, seen, titles):
        """:return: :class:`MarketKey`, or None where the row is refused"""
        run = seen.get(CHECKED_AGAINST)
        if run is None:
            run = seen[CHECKED_AGAINST] = self._start_market_pass()
        values = row.values
        indicator = run.indicators[values["indicator"]]
        currency = self._get_row_currency(row, run, titles, indicator)
        self._refuse_market_value(row, titles, indicator, currency)
        place = (
            indicator.id,
            values.get("territory"),
            values.get("category"),
            values["date_from"],
            values["date_to"],
            values.get("source", "").lower(),
        )
        if first := seen.get(place):
            row.refuse(
                titles["indicator"],
                indicator.name,
                self.env._(
                    "of the same territory, category, period and source stands in row %(row)s "
                    "already: keep one of them",
                    row=first,
                ),
            )
        seen[place] = row.number
        if row.problems:
            return None
        data_id, before = run.data.get(place, (None, None))
        url = values.get("source_url", before.source_url if before else "")
        figures = MarketFigures(_plain(values["value"]), currency.id or None, url)
        return MarketKey(place, figures, data_id, figures == before)

    def _start_market_pass(self):
        data = self.env["sales.market.data"].search([("company_id", "=", self.company_id.id)])
        indicators = self.env["sales.market.indicator"].with_context(active_test=False).search([])
        currencies = self.env["res.currency"].search([])
        return MarketPass(
            {_place_of(one): (one.id, _figures_of(one)) for one in data},
            {indicator.id: indicator for indicator in indicators},
            {currency.name: currency for currency in currencies},
        )

    def _get_row_currency(self, row, run, titles, indicator):
        """:return: of the value; none where it is no amount"""
        nothing = self.env["res.currency"]
        name = row.values.get("currency")
        if indicator.kind != "amount":
            if name:
                row.refuse(
                    titles["currency"],
                    name,
                    self.env._(
                        "is given for %(indicator)s, which is no amount: leave the cell empty",
                        indicator=indicator.name,
                    ),
                )
            return nothing
        if not name:
            return self.currency_id
        if name.upper() not in run.currencies:
            row.refuse(
                titles["currency"],
                name,
                self.env._("is no active currency: use a code such as EUR, or activate it"),
            )
        return run.currencies.get(name.upper(), nothing)

    def _refuse_market_value(self, row, titles, indicator, currency):
        value = row.values["value"]
        if indicator.is_market_size and value < 0:
            row.refuse(
                titles["value"],
                value,
                self.env._("is negative, which no market size is: correct it"),
            )
        if currency and value != round(value, currency.decimal_places):
            row.refuse(
                titles["value"],
                value,
                self.env._("has more decimals than %(currency)s", currency=currency.name),
            )

    def _existing_keys_market(self, keys):
        """:return: set of the keys whose very figures are there already"""
        return {key for key in keys if key and key.is_there}

    # === IMPORTING === #
    def _post_rows_market(self, rows):
        """Create what is missing and correct what differs, written in batches.

        :param rows: iterator of valid rows that change something
        :return: number of rows of market data
        """
        market_data = self.env["sales.market.data"]
        staged = [(row.values["key"], row.values.get("source", "")) for row in rows]
        added = [(key, source) for key, source in staged if not key.data_id]
        corrected = {key.data_id: key.figures for key, _source in staged if key.data_id}
        changes = [
            [data.id, list(_figures_of(data)), list(corrected[data.id])]
            for data in market_data.browse(corrected)
        ]
        for data in market_data.browse(corrected):
            data.write(corrected[data.id]._asdict())
        created = market_data.create(
            [self._prepare_market_values(key, source) for key, source in added]
        )
        changes += [
            [data.id, None, list(key.figures)]
            for data, (key, _source) in zip(created, added, strict=True)
        ]
        self.market_changes = changes
        return len(changes)

    def _prepare_market_values(self, key, source):
        indicator_id, territory_id, categ_id, date_from, date_to, _source = key.place
        return {
            "company_id": self.company_id.id,
            "indicator_id": indicator_id,
            "territory_id": territory_id,
            "categ_id": categ_id,
            "date_from": date_from,
            "date_to": date_to,
            "source": source,
            **key.figures._asdict(),
        }

    # === REVERSING === #
    def _reverse_market(self):
        """Put back the values that stood there before, and remove the rows that did not.

        :raises UserError: somebody changed or deleted a row since
        """
        market_data = self.env["sales.market.data"]
        there = {data.id: data for data in market_data.search([("id", "in", self._market_ids())])}
        changed = [
            data_id
            for data_id, _before, after in self.market_changes
            if data_id not in there or _figures_of(there[data_id]) != MarketFigures(*after)
        ]
        if changed:
            raise UserError(
                self.env._(
                    "%(count)s rows of market data were changed or deleted after this import. "
                    "Reversing would undo that too: correct the market data by hand instead.",
                    count=len(changed),
                )
            )
        added = market_data
        for data_id, before, _after in self.market_changes:
            if before is None:
                added += there[data_id]
            else:
                there[data_id].write(MarketFigures(*before)._asdict())
        added.unlink()

    def _market_ids(self):
        return [data_id for data_id, _before, _after in self.market_changes or []]

    def _action_open_result_market(self):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_system.sales_market_data_action"
            ),
            "name": self.env._("Market Data of %(name)s", name=self.name),
            "domain": [("id", "in", self._market_ids())],
            "context": {},
        }


def _plain(number):
    """:return: text of a number that is the same for 5, 5.0 and 5.00"""
    return format(Decimal(str(number)).normalize(), "f")


def _place_of(data):
    return (
        data.indicator_id.id,
        data.territory_id.id or None,
        data.categ_id.id or None,
        data.date_from,
        data.date_to,
        (data.source or "").lower(),
    )


def _figures_of(data):
    return MarketFigures(_plain(data.value), data.currency_id.id or None, data.source_url or "")
