from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _can_approve(self, company, excluded):
        """:return: those who may approve a document of a company, in the same order"""
        return self.sudo().filtered(
            lambda user: (
                user.active
                and not user.share
                and company in user.company_ids
                and user not in excluded
            )
        )
