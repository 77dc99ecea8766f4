import logging

from odoo import api, models
from odoo.tools.safe_eval import safe_eval

_logger = logging.getLogger(__name__)

NOBODYS = "['|',('user_id','=',user.id),('user_id','=',False)]"
# Rules of Odoo that show every lead without a salesperson to everybody → what they say here.
NARROWED = {
    "crm.crm_rule_personal_lead": "['|', ('user_id', '=', user.id), '&', ('user_id', '=', False), "
    "'|', ('pool_id', '=', False), ('pool_is_open', '=', True)]",
    "crm.crm_activity_report_rule_personal_activities": "['|', ('user_id', '=', user.id), '&', "
    "('user_id', '=', False), '|', ('lead_id.pool_id', '=', False), "
    "('lead_id.pool_is_open', '=', True)]",
}


class IrRule(models.Model):
    """Leads in a pool are for those who may claim them, not for everybody."""

    _inherit = "ir.rule"

    @api.model
    def _narrow_nobodys_leads(self):
        """Narrow the rules of Odoo, unless somebody has made other rules of them."""
        self._replace_domains({xmlid: (NOBODYS, domain) for xmlid, domain in NARROWED.items()})

    @api.model
    def _widen_nobodys_leads(self):
        """Have the rules as Odoo has them."""
        self._replace_domains({xmlid: (domain, NOBODYS) for xmlid, domain in NARROWED.items()})

    @api.model
    def _replace_domains(self, replacements):
        """:param replacements: dict of XML id → (domain that it has to have, the new one)"""
        for xmlid, (before, after) in replacements.items():
            rule = self.env.ref(xmlid, raise_if_not_found=False)
            if not rule:
                continue
            found = self._parsed(rule.domain_force)
            if found == self._parsed(before):
                rule.domain_force = after
            elif found != self._parsed(after):
                _logger.info("Record rule %s was changed by hand and stays as it is.", xmlid)

    @api.model
    def _parsed(self, domain):
        return safe_eval(domain or "[]", self._eval_context())
