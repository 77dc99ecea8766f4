import re
from decimal import Decimal

from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

# As an input of numbers sends it, in all languages.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
# Beyond this a number is a slip of the pen.
LARGEST = 10**13


class ChannelCustomerPortal(CustomerPortal):
    """What a channel partner sees of itself on the portal.

    Portal users have no access rights on the models of channels: pages find the records of the
    visitor's own company as superuser, and of nobody else's.
    """

    def _get_channel_partner(self):
        """:return: the company of the visitor with all rights; empty for no channel partner and
        for one that has left
        """
        partner = request.env.user.partner_id.commercial_partner_id.sudo()
        is_channel = partner.channel_type and partner.channel_state not in ("candidate", "ended")
        return partner if is_channel else partner.browse()

    def _parse_number(self, text):
        """:return: the ``Decimal`` that was typed, or None for what is no number"""
        if not NUMBER.fullmatch(text):
            return None
        number = Decimal(text)
        return number if abs(number) < LARGEST else None
