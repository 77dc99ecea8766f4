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
        "security/run/ir.model.access.csv",
        "security/run/ir_rules.xml",
        "data/run/ir_cron_data.xml",
        "views/sales_commission_plan_views.xml",
        "views/sales_commission_earning_views.xml",
        "views/sales_commission_statement_views.xml",
        "wizard/run/sales_commission_run_pay_views.xml",
        "views/run/sales_commission_check_views.xml",
        "views/run/sales_commission_verification_views.xml",
        "views/run/sales_commission_run_views.xml",
        "views/run/res_config_settings_views.xml",
        "views/sales_ledger_entry_views.xml",
        "views/sales_commission_menus.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "sales_commission/static/tests/tours/**/*",
        ],
    },
    "uninstall_hook": "uninstall_hook",
    "demo": [
        "demo/sales_commission_run_demo.xml",
        "demo/run/sales_approval_rule_demo.xml",
    ],
    "application": True,
}
