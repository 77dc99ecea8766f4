from ..common import SalesSystemCommon


class OrganisationCommon(SalesSystemCommon):
    """The company above two regions; one of these above a city.

    ::

        Company (director)
        ├── East (east_leader)
        │   └── Shanghai (city_leader)
        └── West (west_leader)
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.director = cls._create_leader("director")
        cls.east_leader = cls._create_leader("east")
        cls.city_leader = cls._create_leader("shanghai")
        cls.west_leader = cls._create_leader("west")
        cls.top = cls._create_team("Company", cls.director)
        cls.east = cls._create_team("East", cls.east_leader, cls.top, org_type="region")
        cls.shanghai = cls._create_team("Shanghai", cls.city_leader, cls.east)
        cls.west = cls._create_team("West", cls.west_leader, cls.top, org_type="region")

    @classmethod
    def _create_leader(cls, login):
        return cls._create_user(login, "sales_system.group_sale_salesman_team")

    @classmethod
    def _create_team(cls, name, leader=None, parent=None, **values):
        return cls.env["crm.team"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "user_id": leader.id if leader else False,
                "parent_id": parent.id if parent else False,
                **values,
            }
        )
