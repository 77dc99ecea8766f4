from odoo import api, fields, models


class SalesCommissionStatement(models.Model):
    """Commission statement: what one payee earned in one run, in one currency.

    Written by the calculation, never by hand. It follows the state of its run, and its payee
    sees it from the approval on.
    """

    _name = "sales.commission.statement"
    _description = "Commission Statement"
    _order = "date_from desc, amount desc, id"
    _rec_names_search = ["payee_id.name", "run_id.name"]
    _log_access = False

    run_id = fields.Many2one(
        "sales.commission.run", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    payee_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    state = fields.Selection(related="run_id.state")
    earned_amount = fields.Monetary(
        string="Earned", readonly=True, help="The sum of the positive earnings."
    )
    deducted_amount = fields.Monetary(
        string="Taken Back",
        readonly=True,
        help="The sum of the negative earnings: cancelled, returned or corrected sales.",
    )
    amount = fields.Monetary(string="Commission", readonly=True)
    previous_amount = fields.Monetary(
        string="Previous Calculation",
        readonly=True,
        help="What the calculation before this one came to.",
    )
    # Whether there was a calculation before the one that is being made.
    is_stale = fields.Boolean(readonly=True, export_string_translation=False)
    earning_count = fields.Integer(string="Earnings", readonly=True)
    entry_count = fields.Integer(string="Entries", compute="_compute_entry_count")
    line_ids = fields.One2many(
        "sales.commission.statement.line", "statement_id", string="By Rule", readonly=True
    )
    measure_ids = fields.One2many(
        "sales.commission.measure", "statement_id", string="Measures", readonly=True
    )
    earning_ids = fields.One2many(
        "sales.commission.earning", "statement_id", string="Earnings of Statement", readonly=True
    )

    _payee_unique = models.UniqueIndex(
        "(run_id, payee_id, currency_id)",
        "A payee has one statement per run and currency.",
    )

    # === COMPUTE METHODS === #
    def _compute_entry_count(self):
        counts = dict(
            self.env["sales.commission.earning"]._read_group(
                [("statement_id", "in", self.ids)],
                ["statement_id"],
                ["entry_id:count_distinct"],
            )
        )
        for statement in self:
            statement.entry_count = counts.get(statement, 0)

    @api.depends("run_id.name", "payee_id.name")
    def _compute_display_name(self):
        # As superuser: a payee may read the own statement, and not the run.
        for statement in self.sudo():
            statement.display_name = f"{statement.run_id.name} · {statement.payee_id.name}"

    # === ACTION METHODS === #
    def action_open_earnings(self):
        """Open the earnings, grouped by rule."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_commission.sales_commission_earning_action"
        )
        return {
            **action,
            "name": self.display_name,
            "domain": [("statement_id", "=", self.id)],
            "context": {"search_default_group_rule": 1},
        }

    def action_open_ledger(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ledger of %(statement)s", statement=self.display_name),
            "res_model": "sales.ledger.entry",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": [("earning_ids", "any", [("statement_id", "=", self.id)])],
        }
