from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, email_normalize

from ...engine.identity import tax_key
from .res_partner import SELLING_STATES

# Of the company's address and the like, where the contact does not say it yet.
COMPANY_FIELDS = {
    "vat": "tax_id",
    "website": "website",
    "street": "street",
    "city": "city",
    "zip": "zip",
    "country_id": "country_id",
    "phone": "phone",
    "email": "email",
}


class SalesChannelApplication(models.Model):
    """What comes of an application that is accepted, all of it or nothing."""

    _inherit = "sales.channel.application"

    def _accept(self, terms):
        """Make the company a channel partner, with what was chosen in the dialog.

        :param terms: record of ``sales.channel.application.accept``
        """
        self.ensure_one()
        self.check_access("write")
        self._wait_for_same_tax_id()
        self._check_state("review")
        self._check_acceptable()
        partner = self._take_partner(terms)
        contract = self._draft_contract(partner, terms)
        authorization = self._draft_authorization(partner, contract, terms)
        self._update_state(
            ("review",),
            "trial" if terms.outcome == "trial" else "accepted",
            partner_id=partner.id,
            contract_id=contract.id,
            authorization_id=authorization.id,
            decided_on=fields.Date.context_today(self),
        )
        # Last: the invitation leaves by mail, and nothing may be refused after it.
        self.env.flush_all()
        if terms.invite:
            self.sudo().write({"portal_user_id": self._invite(partner, terms).id})

    def _wait_for_same_tax_id(self):
        """Let applications of the same company be accepted one after the other.

        A second one waits for the first. It does not see what the first has created, but that
        the application changed, whereupon the database has it start again and look.
        """
        key = tax_key(self.tax_id)
        if not key:
            return
        self.env.execute_query(
            SQL(
                "SELECT pg_advisory_xact_lock(hashtextextended(concat(%s, %s, %s), 0))",
                self._table,
                self.company_id.id,
                key,
            )
        )
        same = self.sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "review"),
                ("tax_id", "!=", False),
            ]
        )
        same = same.filtered(lambda application: tax_key(application.tax_id) == key)
        same.try_lock_for_update(allow_referencing=True)

    # === CHANNEL PARTNER === #
    def _take_partner(self, terms):
        """:return: the channel partner, new or brought up to date"""
        if terms.partner_choice == "existing":
            partner = terms.partner_id
            self._check_partner(partner)
        else:
            self._check_nobody_has_the_tax_id()
            partner = self.env["res.partner"].create(
                {
                    "name": self.applicant_name,
                    "is_company": True,
                    "company_id": self.company_id.id,
                }
            )
        was_selling = partner.channel_state in SELLING_STATES
        partner.write(self._prepare_partner_values(partner, terms))
        if not was_selling:
            values = {"channel_state": terms.outcome}
            if terms.outcome == "active" and not partner.channel_since:
                values["channel_since"] = fields.Date.context_today(self)
            partner.sudo().write(values)
        return partner

    def _prepare_partner_values(self, partner, terms):
        values = {
            name: self[source].id if name == "country_id" else self[source]
            for name, source in COMPANY_FIELDS.items()
            if self[source] and not partner[name]
        }
        values |= {
            "channel_type": self.channel_type,
            "channel_manager_id": terms.user_id.id,
            "channel_upstream_id": self.upstream_id.id or partner.channel_upstream_id.id,
        }
        if terms.grade_id:
            values["grade_id"] = terms.grade_id.id
        if len(self.territory_ids) == 1 and not partner.territory_id:
            values["territory_id"] = self.territory_ids.id
        if not partner.user_id:
            values["user_id"] = terms.user_id.id
        return values

    def _check_partner(self, partner):
        """:raises UserError: the contact is somebody else, or one of us"""
        if self._is_one_of_us(partner):
            raise UserError(
                self.env._(
                    "%(partner)s is one of us and cannot become a channel partner. Choose another "
                    "contact.",
                    partner=partner.display_name,
                )
            )
        keys = (tax_key(self.tax_id), tax_key(partner.vat))
        if all(keys) and keys[0] != keys[1]:
            raise UserError(
                self.env._(
                    "%(partner)s has the tax ID %(theirs)s, and the application says %(ours)s. "
                    "Choose another contact, or correct one of them.",
                    partner=partner.display_name,
                    theirs=partner.vat,
                    ours=self.tax_id,
                )
            )

    def _is_one_of_us(self, partner):
        """:return: whether the contact is a company of ours or has colleagues as its users"""
        partner = partner.sudo()
        people = partner | partner.child_ids
        is_company = self.env["res.company"].sudo().search_count([("partner_id", "in", people.ids)])
        return bool(is_company or people.user_ids.filtered(lambda user: not user.share))

    def _check_nobody_has_the_tax_id(self):
        """:raises UserError: the company would be there twice"""
        twins = self._find_similar_partners(kinds=("tax_id",)).get(self)
        if not twins:
            return
        twin = self.env["res.partner"].browse(twins)._filtered_access("read")[:1]
        raise UserError(
            self.env._(
                "%(partner)s has the tax ID %(tax_id)s already. Choose it instead of creating it "
                "once more.",
                partner=twin.display_name or self.env._("A contact that you may not open"),
                tax_id=self.tax_id,
            )
        )

    # === DOCUMENTS === #
    def _draft_contract(self, partner, terms):
        contracts = self.env["sales.contract"]
        if not terms.draft_contract:
            return contracts
        return contracts.create(
            {
                "title": self.env._("Distribution by %(partner)s", partner=partner.name),
                "contract_type": "distribution",
                "company_id": self.company_id.id,
                "partner_id": partner.id,
                "user_id": terms.user_id.id,
                "currency_id": self.currency_id.id,
                "date_from": terms.date_from,
                "date_to": terms.date_to,
                "template_id": terms.contract_template_id.id,
                "territory_id": self.territory_ids[:1].id,
                "amount": self.expected_volume,
                "line_ids": [
                    Command.create({"categ_id": category.id}) for category in self.categ_ids
                ],
            }
        )

    def _draft_authorization(self, partner, contract, terms):
        authorizations = self.env["sales.channel.authorization"]
        if not terms.draft_authorization:
            return authorizations
        return authorizations.create(
            {
                "company_id": self.company_id.id,
                "partner_id": partner.id,
                "user_id": terms.user_id.id,
                "territory_ids": [Command.set(self.territory_ids.ids)],
                "categ_ids": [Command.set(self.categ_ids.ids)],
                "date_from": terms.date_from,
                "date_to": terms.date_to,
                "contract_id": contract.id,
            }
        )

    # === PORTAL === #
    def _invite(self, partner, terms):
        """:return: the portal user, who has been sent an invitation"""
        email = email_normalize(terms.invite_email)
        if not email:
            raise UserError(
                self.env._(
                    "“%(email)s” is no email address. Enter the one that the portal user is "
                    "invited by, or invite nobody.",
                    email=terms.invite_email or "",
                )
            )
        contact = self._take_contact(partner, email)
        users = self.env["res.users"].sudo().with_context(active_test=False)
        other = users.search([("login", "=", email), ("partner_id", "!=", contact.id)], limit=1)
        if other:
            raise UserError(
                self.env._(
                    "There is a user with the email %(email)s already. Enter another email of "
                    "%(partner)s, or invite nobody.",
                    email=email,
                    partner=partner.name,
                )
            )
        if not contact.with_context(active_test=False).user_ids.filtered("active"):
            # Whom to invite follows from the application, which was decided on just now.
            wizard = (
                self.env["portal.wizard"].sudo().create({"partner_ids": [Command.set(contact.ids)]})
            )
            wizard.user_ids.email = email
            wizard.user_ids.action_grant_access()
        return contact.user_ids[:1]

    def _take_contact(self, partner, email):
        """:return: the person at the company who is invited, or the company itself"""
        people = partner | partner.child_ids
        known = people.filtered(lambda person: email_normalize(person.email) == email)
        known = known.filtered(lambda person: person != partner or not self.contact_name)
        if known or not self.contact_name:
            return known[:1] or partner
        return self.env["res.partner"].create(
            {"name": self.contact_name, "parent_id": partner.id, "email": email, "type": "contact"}
        )
