from ..organisation.common import OrganisationCommon


class ConflictCommon(OrganisationCommon):
    """A customer of the team Shanghai, and a setting by which others may not see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["res.partner"]._has_tax_guard():
            cls.env["res.partner"]._switch_tax_guard(False)
        cls.env["crm.team.member"].create(
            [
                {"crm_team_id": cls.shanghai.id, "user_id": cls.seller.id},
                {"crm_team_id": cls.west.id, "user_id": cls.other_seller.id},
            ]
        )
        cls.company.country_id = cls.env.ref("base.cn")
        cls.known = cls.env["res.partner"].create(
            {
                "name": "杭州湖滨运动器材有限公司",
                "is_company": True,
                "vat": "91330100MA2LAKE01X",
                "phone": "0571 8888 0100",
                "email": "buyer@lakeside.example",
                "country_id": cls.env.ref("base.cn").id,
                "user_id": cls.seller.id,
            }
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Gu Ming", "phone": "138 0013 8000", "parent_id": cls.known.id}
        )
        cls.env["res.config.settings"].create({"sales_own_customers_only": True}).execute()

    def _search(self, text, user=None):
        """:return: the lines that the user is shown"""
        check = self._as(user or self.other_seller, self.env["sales.conflict.check"])
        check = check.create({"text": text})
        check.action_search()
        return check.line_ids

    def _found(self, text, user=None):
        """:return: set of (kind of record, found by, name)"""
        lines = self._search(text, user)
        return {(line.record_type, line.matched_by, line.name) for line in lines}
