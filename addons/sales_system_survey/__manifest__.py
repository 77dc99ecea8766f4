{
    "name": "Sales Management - Surveys",
    "summary": "Questionnaires of market research and their answers",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Sales System Contributors",
    "depends": [
        "sales_system",
        "survey",
    ],
    "data": [
        "views/sales_market_research_views.xml",
        "views/survey_survey_views.xml",
    ],
    "demo": [
        "demo/survey_survey_demo.xml",
    ],
    "auto_install": True,
}
