{
    "name": "Sales Planning - Discount & Loyalty",
    "summary": "Discount and loyalty programs of a marketing activity and the orders they won",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Sales System Contributors",
    "depends": [
        "sales_planning",
        "sale_loyalty",
    ],
    "data": [
        "views/sales_marketing_activity_views.xml",
        "views/loyalty_program_views.xml",
    ],
    "demo": [
        "demo/loyalty_program_demo.xml",
    ],
    "auto_install": True,
}
