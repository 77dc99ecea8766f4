from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class SalesMarketingBudgetMixin(models.AbstractModel):
    """A plan or an activity: who answers for it, what it may cost and what it has cost so far.

    The figures are those of its budgets as they are now, and no money is counted twice.
    """

    _name = "sales.marketing.budget.mixin"
    _description = "Holder of Marketing Budgets"

    company_id = fields.Many2one("res.company")
    currency_id = fields.Many2one("res.currency")
    user_id = fields.Many2one("res.users")
    planned = fields.Monetary("Budget", compute="_compute_budget_figures", compute_sudo=True)
    committed = fields.Monetary(
        compute="_compute_budget_figures",
        compute_sudo=True,
        help="Spend requests that are approved and not spent yet.",
    )
    actual = fields.Monetary(
        compute="_compute_budget_figures",
        compute_sudo=True,
        help="What has been spent: the costs on the analytic accounts of the budgets, or the "
        "requests that are marked as spent where no account is named.",
    )
    available = fields.Monetary(
        compute="_compute_budget_figures",
        compute_sudo=True,
        help="Budget less committed and actual: negative where too much is spent.",
    )
    over_budget = fields.Monetary(
        compute="_compute_budget_figures",
        search="_search_over_budget",
        compute_sudo=True,
        help="What is committed and spent beyond the budgets, whatever is left in others.",
    )
    budget_used = fields.Float(
        "Used (%)", digits=(16, 2), compute="_compute_budget_figures", compute_sudo=True
    )

    # === COMPUTE METHODS === #
    @api.depends(
        "budget_line_ids.planned",
        "budget_line_ids.category_id",
        "budget_line_ids.activity_id",
        "budget_line_ids.analytic_account_id",
        "budget_line_ids.commitment_ids.state",
        "budget_line_ids.commitment_ids.amount",
    )
    def _compute_budget_figures(self):
        figures = self.budget_line_ids._read_figures()
        for holder in self:
            sums = [
                (line.planned or 0.0, *figures.get(line._origin.id, (0.0, 0.0)))
                for line in holder._get_counted_budgets()
            ]
            planned, committed, actual = map(sum, zip(*sums, strict=True)) if sums else (0, 0, 0)
            holder.planned, holder.committed, holder.actual = planned, committed, actual
            holder.available = planned - committed - actual
            holder.over_budget = holder._get_excess(figures)
            holder.budget_used = planned and 100 * (committed + actual) / planned

    def _search_over_budget(self, operator, value):
        """Only which ones are over their budget can be searched for, not by how much."""
        if operator != ">" or value != 0:
            return NotImplemented
        name = self.env["sales.budget.line"]._get_holder_name(self._name)
        lines = self.env["sales.budget.line"].sudo()
        # The sum of what has no number is not known to the database, so it is read.
        found = lines.search(
            Domain(name, "!=", False)
            & (Domain("available", "<", 0) | Domain("planned", "=", False))
        )
        over = found[name].filtered(lambda holder: holder.over_budget > 0)
        return Domain("id", "in", over.ids)

    # === CONSTRAINT METHODS === #
    @api.constrains("user_id", "company_id")
    def _check_user_id(self):
        for holder in self.sudo():
            if holder.user_id and holder.company_id not in holder.user_id.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work for %(company)s. "
                        "Choose another “Responsible” for %(record)s.",
                        user=holder.user_id.name,
                        company=holder.company_id.name,
                        record=holder.display_name,
                    )
                )

    # === ACTION METHODS === #
    def action_open_requests(self):
        """Open the money that was asked for, as far as the user may see it."""
        self.ensure_one()
        lines = self.sudo().budget_line_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Spend Requests of %(record)s", record=self.display_name),
            "res_model": "sales.budget.commitment",
            "view_mode": "list,kanban,form",
            "domain": [("line_id", "in", lines.ids)],
            # Which of several budgets the money is of is for the user to say.
            "context": {"default_line_id": lines.id} if len(lines) == 1 else {"create": False},
        }

    # === BUSINESS METHODS === #
    def _get_counted_budgets(self):
        """:return: the budgets that add up to what it may cost"""
        self.ensure_one()
        return self.budget_line_ids

    def _get_excess(self, figures):
        """:param dict figures: id of a budget → (committed, actual)
        :return: what is committed and spent beyond the budgets
        """
        self.ensure_one()
        return sum(line._get_excess_of(figures) for line in self.budget_line_ids)
