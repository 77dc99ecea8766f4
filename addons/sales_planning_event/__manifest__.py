{
    "name": "Sales Planning - Events",
    "summary": "Events of a marketing activity, who came, and the sales that came of it",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Sales System Contributors",
    "depends": [
        "sales_planning",
        "event_crm",
        "event_sale",
    ],
    "data": [
        "views/sales_marketing_activity_views.xml",
        "views/event_event_views.xml",
    ],
    "demo": [
        "demo/event_event_demo.xml",
    ],
    "auto_install": True,
}
