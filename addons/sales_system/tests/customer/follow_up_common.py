from contextlib import contextmanager, nullcontext
from datetime import datetime
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time

from ..organisation.common import OrganisationCommon

# A Monday, 9 o'clock in Shanghai; the Wednesday after it is a public holiday.
MONDAY = datetime(2026, 3, 2, 1)
HOLIDAY = ("2026-03-03 16:00:00", "2026-03-04 16:00:00")


class FollowUpCommon(OrganisationCommon):
    """A company in Shanghai that works from Monday to Friday, 9 to 12 and 13 to 18."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sales.follow.up.rule"].search([]).active = False
        cls.env["sales.stage.gate"].search([]).active = False
        cls._set_calendar(cls.company, "Asia/Shanghai", HOLIDAY)
        cls.env["crm.team.member"].create(
            [
                {"crm_team_id": cls.shanghai.id, "user_id": cls.seller.id},
                {"crm_team_id": cls.west.id, "user_id": cls.other_seller.id},
            ]
        )
        cls.first_stage, cls.offer_stage, cls.won_stage = cls.env["crm.stage"].create(
            [
                {"name": "Talking", "sequence": 901},
                {"name": "Offering", "sequence": 902},
                {"name": "Done Deal", "sequence": 903, "is_won": True},
            ]
        )

    @classmethod
    def _set_calendar(cls, company, zone, *holidays):
        company.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": f"Weeks of {company.name}",
                "company_id": company.id,
                "tz": zone,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": "Work",
                                "dayofweek": str(day),
                                "hour_from": start,
                                "hour_to": stop,
                                "day_period": period,
                            }
                        )
                        for day in range(5)
                        for start, stop, period in ((9, 12, "morning"), (13, 18, "afternoon"))
                    ),
                ],
                "global_leave_ids": [
                    Command.create(
                        {
                            "name": "Holiday",
                            "date_from": start,
                            "date_to": stop,
                            "company_id": company.id,
                        }
                    )
                    for start, stop in holidays
                ],
            }
        )

    @classmethod
    @contextmanager
    def _at(cls, moment):
        """Stop the clock, also that of the transaction, which says when a record was created."""
        with freeze_time(moment), patch.object(cls.env.cr, "_now", moment):
            yield
            cls.env.flush_all()

    @classmethod
    def _create_lead(cls, **values):
        with cls._at(values.pop("on", MONDAY)):
            return cls.env["crm.lead"].create(
                {
                    "name": "Bikes for Acme",
                    "type": "opportunity",
                    "user_id": cls.seller.id,
                    "team_id": cls.shanghai.id,
                    "company_id": cls.company.id,
                    "stage_id": cls.first_stage.id,
                    **values,
                }
            )

    @classmethod
    def _create_rule(cls, **values):
        return cls.env["sales.follow.up.rule"].create(
            {
                "name": "Leads",
                "target": "lead",
                "company_id": cls.company.id,
                "remind_days": 3,
                **values,
            }
        )

    def _follow_up(self, moment):
        """Run the cron at a moment, in UTC."""
        # A test with a browser is in this mode from its beginning.
        is_within = isinstance(self, HttpCase)
        mode = nullcontext() if is_within else self.enter_registry_test_mode()
        with self._at(moment), mode:
            self.env.ref("sales_system.ir_cron_sales_follow_up").method_direct_trigger()
        self.env.invalidate_all()

    def _steps(self, record):
        """:return: (step, state) of each follow-up of a record, in the order they were taken"""
        field = "lead_id" if record._name == "crm.lead" else "partner_id"
        found = self.env["sales.follow.up"].search([(field, "=", record.id)], order="id")
        return [(follow_up.step, follow_up.state) for follow_up in found]

    def _count_statements(self, action):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    @contextmanager
    def _refused(self, error, sentence):
        """Expect a sentence, and that what was refused has left nothing behind."""
        with self.assertRaises(error) as refusal, self.env.cr.savepoint():
            yield
        self.env.invalidate_all()
        self.assertRegex(str(refusal.exception), sentence)
