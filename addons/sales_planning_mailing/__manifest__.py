{
    "name": "Sales Planning - Mailings",
    "summary": "Mailings to the audience of a marketing activity and what came of them",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Sales System Contributors",
    "depends": [
        "sales_planning",
        "mass_mailing",
    ],
    "data": [
        "views/sales_marketing_activity_views.xml",
        "views/mailing_mailing_views.xml",
    ],
    "demo": [
        "demo/mailing_mailing_demo.xml",
    ],
    "auto_install": True,
}
