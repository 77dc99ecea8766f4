from odoo import fields


class UnguardedMany2one(fields.Many2one):
    """Many2one without a foreign key, for tables of millions of rows.

    PostgreSQL checks a foreign key row by row, and locks the row that it names: on a run of a
    million sales that takes longer than everything else. Use it only where something else
    keeps the target from being deleted, and say what.
    """

    def update_db_foreign_key(self, model, column):
        """Add none; see the class."""
