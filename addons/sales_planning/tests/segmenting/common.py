from ..common import SalesPlanningCommon


class SegmentTargetCommon(SalesPlanningCommon):
    """Two segments that have been counted since 2020, and nobody in them yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shops = cls._create_segment("Shops")
        cls.fleets = cls._create_segment("Fleets")

    @classmethod
    def _create_segment(cls, name, counted=True, company=None, **values):
        """:param bool counted: whether a snapshot has been taken, which found nobody"""
        company = company or cls.company
        cls.manager.company_ids |= company
        segment = (
            cls.env["sales.market.segment"]
            .with_user(cls.manager)
            .with_context(allowed_company_ids=company.ids)
            .create(
                {
                    "name": name,
                    "company_id": company.id,
                    "domain": "[('city', '=', 'Nowhere')]",
                    "date_from": "2020-01-01",
                    **values,
                }
            )
        )
        if counted:
            segment._snapshot()
        return segment.with_env(cls.env)

    @classmethod
    def _join(cls, segment, partner, first="2020-01-01", left=None):
        """Take down that a customer is in a segment, as a snapshot does.

        :param left: the first day on which it is not any more
        """
        return cls.env["sales.market.segment.member"].create(
            {
                "segment_id": segment.id,
                "company_id": segment.company_id.id,
                "partner_id": partner.id,
                "date_from": first,
                "date_to": left,
            }
        )

    def _assert_drills(self, *targets):
        """What a target and each of its periods open adds up to their actual."""
        for target in targets:
            for record in (target, *target.cell_ids):
                with self.subTest(record=record.display_name):
                    self.assertAlmostEqual(self._drilled(record), record.actual, places=2)
