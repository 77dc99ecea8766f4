"""Local platform of the sales addons: fetch Odoo, run PostgreSQL, serve and test.

Only the standard library is used, because the first command runs with the
machine's own python3 before any virtual environment exists.
"""
