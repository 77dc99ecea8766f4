{
    "name": "Sales Planning",
    "summary": "Target plans and their attainment, counted from the sales ledger",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Sales System Contributors",
    "depends": [
        "sales_system",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rules.xml",
        "data/sales_import_field_data.xml",
        "data/ir_cron_data.xml",
        "views/sales_target_plan_views.xml",
        "views/sales_target_views.xml",
        "views/sales_target_cell_views.xml",
        "views/attainment/sales_target_plan_views.xml",
        "views/attainment/sales_target_views.xml",
        "views/attainment/sales_target_cell_views.xml",
        "report/sales_target_agreement_templates.xml",
        "report/sales_target_agreement_reports.xml",
        "views/sales_import_views.xml",
        "views/sales_planning_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "sales_planning/static/src/**/*",
        ],
        "web.assets_tests": [
            "sales_planning/static/tests/tours/**/*",
        ],
    },
    "demo": [
        "demo/sales_target_plan_demo.xml",
    ],
    "application": True,
}
