from collections import Counter

from odoo import api, fields, models


class SalesMarketingActivity(models.Model):
    """Marketing activity with mailings: those that have its campaign.

    What came of them, everybody sees who sees the activity; the mailings themselves need a
    right of Email Marketing.
    """

    _inherit = "sales.marketing.activity"

    # === FIELDS === #
    mailing_count = fields.Integer("Mailings", compute="_compute_mailing_counts", compute_sudo=True)
    mailing_sent = fields.Integer(
        "Messages Sent", compute="_compute_mailing_counts", compute_sudo=True
    )
    mailing_opened = fields.Integer(
        "Messages Opened",
        compute="_compute_mailing_counts",
        compute_sudo=True,
        help="Those that were replied to, among them.",
    )
    mailing_clicked = fields.Integer(
        "Messages Clicked", compute="_compute_mailing_counts", compute_sudo=True
    )
    mailing_replied = fields.Integer(
        "Messages Replied To", compute="_compute_mailing_counts", compute_sudo=True
    )

    # === COMPUTE METHODS === #
    @api.depends("campaign_id.mailing_mail_ids.mailing_trace_ids.trace_status")
    def _compute_mailing_counts(self):
        """The figures are those that Email Marketing itself shows of the mailings."""
        mine = [("campaign_id", "in", self.campaign_id.ids)]
        mailings = dict(
            self.env["mailing.mailing"]
            .with_context(active_test=False)
            ._read_group(mine, ["campaign_id"], ["__count"])
        )
        figures = {}
        for campaign, status, count, sent, clicked in self.env["mailing.trace"]._read_group(
            mine,
            ["campaign_id", "trace_status"],
            ["__count", "sent_datetime:count", "links_click_datetime:count"],
        ):
            # A status is called “sent” too, and means delivered.
            total = figures.setdefault(campaign, Counter())
            total["messages"] += sent
            total["clicks"] += clicked
            total[status] = count
        for activity in self:
            total = figures.get(activity.campaign_id, Counter())
            activity.mailing_count = mailings.get(activity.campaign_id, 0)
            activity.mailing_sent = total["messages"]
            activity.mailing_opened = total["open"] + total["reply"]
            activity.mailing_clicked = total["clicks"]
            activity.mailing_replied = total["reply"]

    # === ACTION METHODS === #
    def action_create_mailing(self):
        """Begin a mailing to the audience of the activity, marked with its campaign.

        :return: action that opens it
        """
        self.ensure_one()
        self._check_takes_means()
        self._check_has_segments()
        self.env["mailing.mailing"].check_access("create")
        self._take_means()
        mailing = self.env["mailing.mailing"].create(self._prepare_mailing_values())
        return {
            "type": "ir.actions.act_window",
            "res_model": "mailing.mailing",
            "res_id": mailing.id,
            "views": [(False, "form")],
        }

    def action_open_mailings(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "mass_mailing.mailing_mailing_action_mail"
            ),
            "name": self.env._("Mailings of %(activity)s", activity=self.display_name),
            "domain": [("campaign_id", "in", self.campaign_id.ids)],
            "context": {"default_campaign_id": self.campaign_id.id, "active_test": False},
        }

    # === BUSINESS METHODS === #
    def _prepare_mailing_values(self):
        return {
            "subject": self.name,
            "mailing_type": "mail",
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            "mailing_domain": repr(self._get_audience_domain()),
            "campaign_id": self.campaign_id.id,
            "user_id": self.env.uid,
        }
