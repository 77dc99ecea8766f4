from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column


class SalesContactMixin(models.AbstractModel):
    """A record that knows when one of us last was in touch with the other side.

    A contact is a message to the other side or an activity that was done, by somebody of us.
    Notes, mails that come in and what the system says by itself are none.
    """

    _name = "sales.contact.mixin"
    _description = "Last Contact"
    _inherit = ["sales.protected.fields.mixin"]

    last_contact_on = fields.Datetime(
        string="Last Contact",
        readonly=True,
        copy=False,
        index="btree_not_null",
        # Not the customer on the portal.
        groups="base.group_user",
        help="When one of us last wrote to the customer or finished an activity.",
    )

    def _auto_init(self):
        # Contacts that are older than the addon count: found in one statement while installing.
        is_new = not self._abstract and not column_exists(
            self.env.cr, self._table, "last_contact_on"
        )
        if is_new:
            create_column(self.env.cr, self._table, "last_contact_on", "timestamp")
        result = super()._auto_init()
        if is_new:
            self._find_last_contacts()
        return result

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_protected(vals)
        return super().write(vals)

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        # Whoever sets it keeps a record from being recycled.
        return super()._get_protected_fields() | {"last_contact_on"}

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s cannot be set by hand. Write to the customer, or tick off an activity: "
            "both count as a contact.",
            fields=labels,
        )

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if self._is_contact(message):
            self._touch_contact(message.date)
        return result

    def _is_contact(self, message):
        """:return: whether the message shows that one of us was in touch"""
        author = message.sudo().author_id
        if not author or author.partner_share:
            return False
        if message.subtype_id == self.env.ref("mail.mt_activities"):
            return True
        return (
            message.message_type in ("comment", "email", "email_outgoing", "sms")
            and not message.is_internal
            and not message.subtype_id.internal
        )

    def _touch_contact(self, moment):
        """Write down a contact with these records, and with their customers.

        As superuser: who may write about an order need not be allowed to read its opportunity.

        :param datetime moment: UTC
        """
        touched = self.sudo()
        for record in touched._get_contacted():
            if not record.last_contact_on or record.last_contact_on < moment:
                record.last_contact_on = moment
        partners = touched._get_contacted_partners()
        if partners and partners != self:
            partners._touch_contact(moment)

    # === HOOKS === #
    def _get_contacted(self):
        """:return: records of these that hold the day of the contact"""
        return self

    def _get_contacted_partners(self):
        """:return: the companies that a contact with these is a contact with"""
        return self.env["res.partner"]

    def _find_last_contacts(self):
        """Take the last contacts from the messages that there are, in one statement."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s record SET last_contact_on = found.moment
                  FROM (%(contacts)s) found
                 WHERE found.res_id = record.id
                """,
                table=SQL.identifier(self._table),
                contacts=self._get_contact_query("MAX"),
            )
        )

    def _get_contact_query(self, which):
        """:param which: MAX for the last contact of each record, MIN for the first
        :return: ``SQL`` of records (res_id) and the moment of the contact
        """
        return SQL(
            """
            SELECT message.res_id, %(which)s(message.date) AS moment
              FROM mail_message message
              JOIN res_partner author ON author.id = message.author_id
              LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
             WHERE message.model = %(model)s
               AND author.partner_share IS NOT TRUE
               AND (message.subtype_id = %(done)s
                    OR (message.message_type IN ('comment', 'email', 'email_outgoing', 'sms')
                        AND message.is_internal IS NOT TRUE
                        AND subtype.internal IS NOT TRUE))
             GROUP BY message.res_id
            """,
            which=SQL(which),
            model=self._name,
            done=self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_activities"),
        )
