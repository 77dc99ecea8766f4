from odoo import api, models
from odoo.tools.misc import formatLang

from ...engine.allocation.errors import Reason
from ...engine.sheet import OTHERS


class SalesTargetRefusal(models.AbstractModel):
    """Words for what the allocation engine refuses: the cell, the number, the remedy."""

    _name = "sales.target.refusal"
    _description = "Refusal of Target Numbers"

    @api.model
    def _get_sentence(self, plan, error):
        """:param error: :class:`~.engine.allocation.AllocationError` over target ids × first days
        :return: sentence in the user's language
        """
        texts = {
            "cells": self._list(self._name_key(plan, key) for key in error.keys),
            "rows": self._list(self._name_target(row) for row in error.rows),
            "columns": self._list(self._name_period(plan, first) for first in error.columns),
            "amount": self._format(plan, error.amount),
            "limit": self._format(plan, error.limit),
        }
        return self._get_templates()[error.reason] % texts

    @api.model
    def _get_templates(self):
        return {
            Reason.NOT_A_NUMBER: self.env._("%(cells)s: %(amount)s is not a number."),
            Reason.FINER_THAN_UNIT: self.env._(
                "%(cells)s: %(amount)s has more decimals than the plan counts. "
                "Round it to %(limit)s."
            ),
            Reason.NEGATIVE_AMOUNT: self.env._(
                "%(cells)s: %(amount)s is negative. A target is 0 or more."
            ),
            Reason.NEGATIVE_WEIGHT: self.env._(
                "%(cells)s: the weight %(amount)s is negative. Enter 0 or more."
            ),
            Reason.MINIMUM_ABOVE_MAXIMUM: self.env._(
                "%(cells)s: the minimum %(amount)s is above the maximum %(limit)s."
            ),
            Reason.PIN_OUTSIDE_BOUNDS: self.env._(
                "%(cells)s is pinned at %(amount)s, beyond %(limit)s. Change the number, "
                "or unpin it."
            ),
            Reason.ALL_ZERO_WEIGHTS: self.env._(
                "%(cells)s: %(amount)s cannot be shared out, because all shares are 0. "
                "Choose equal shares, or another way to split."
            ),
            Reason.PINS_EXCEED_TOTAL: self.env._(
                "%(cells)s: pinned at %(amount)s together, more than the %(limit)s there are. "
                "Lower or unpin one of them, or raise the total."
            ),
            Reason.PINS_BELOW_TOTAL: self.env._(
                "%(cells)s: all pinned, at %(amount)s together, less than the %(limit)s to share "
                "out. Unpin one of them, or lower the total."
            ),
            Reason.MINIMA_EXCEED_TOTAL: self.env._(
                "%(cells)s: at least %(amount)s together, more than the %(limit)s there are."
            ),
            Reason.MAXIMA_BELOW_TOTAL: self.env._(
                "%(cells)s: at most %(amount)s together, less than the %(limit)s to share out."
            ),
            Reason.ROW_COLUMN_TOTALS_DIFFER: self.env._(
                "The targets add up to %(amount)s and the periods to %(limit)s. "
                "Let one of the two totals go free."
            ),
            Reason.ROWS_DO_NOT_FIT: self.env._(
                "%(rows)s: %(amount)s to place, and %(columns)s leave room for %(limit)s only. "
                "Unpin a number there, or let one of the totals go free."
            ),
            Reason.COLUMNS_NOT_FILLED: self.env._(
                "%(columns)s: %(amount)s to share out, and %(rows)s can take %(limit)s only. "
                "Unpin a number there, or let one of the totals go free."
            ),
            Reason.CLOSED_COLUMN: self.env._(
                "%(cells)s: the period is over, so its target stays. Change an open period."
            ),
        }

    # === NAMES === #
    @api.model
    def _name_key(self, plan, key):
        if isinstance(key, tuple):
            target_id, first = key
            return f"{self._name_target(target_id)} · {self._name_period(plan, first)}"
        if isinstance(key, int):
            return self._name_target(key)
        return self.env._("Total") if key == "total" else self._name_period(plan, key)

    @api.model
    def _name_target(self, target_id):
        if target_id == OTHERS:
            return self.env._("the other targets")
        return self.env["sales.target"].browse(target_id).display_name

    @api.model
    def _name_period(self, plan, first):
        return plan._get_period_name(first)

    @api.model
    def _list(self, names):
        return ", ".join(names)

    @api.model
    def _format(self, plan, amount):
        if amount is None:
            return ""
        return formatLang(self.env, float(amount), digits=plan._get_decimal_places())
