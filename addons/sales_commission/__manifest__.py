{
    "name": "Sales Commission",
    "summary": "Commission plans, runs and statements on the sales ledger",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Sales System Contributors",
    "depends": [
        "sales_planning",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rules.xml",
        "security/explain/ir.model.access.csv",
        "security/explain/ir_rules.xml",
        "views/plan/sales_commission_rule_views.xml",
        "views/plan/sales_commission_plan_views.xml",
        "views/plan/sale_order_views.xml",
        "views/sales_commission_earning_views.xml",
        "views/sales_commission_statement_views.xml",
        "views/sales_commission_run_views.xml",
        "views/sales_ledger_entry_views.xml",
        "views/explain/sales_commission_explain_views.xml",
        "views/sales_commission_menus.xml",
        "views/explain/sales_commission_explain_menus.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "sales_commission/static/tests/tours/**/*",
        ],
    },
    "uninstall_hook": "uninstall_hook",
    "demo": [
        "demo/sales_commission_run_demo.xml",
    ],
    "application": True,
}
