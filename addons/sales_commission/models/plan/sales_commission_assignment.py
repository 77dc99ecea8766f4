from odoo import api, fields, models


class SalesCommissionAssignment(models.Model):
    """Commission assignment: the days on which a payee earns by a plan.

    People come and go while a plan runs, so assignments of an approved plan stay open. They
    may not leave out a sale that was paid: its correction has to find the payee.
    """

    _name = "sales.commission.assignment"
    _description = "Commission Assignment"
    _order = "plan_id, date_from, id"
    _rec_name = "payee_id"

    plan_id = fields.Many2one(
        comodel_name="sales.commission.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    payee_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        help="The contact of the salesperson, or the partner that sells for us.",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Paid In",
        ondelete="restrict",
        help="The currency of the payee's statement, at the rate of the run. "
        "Empty: the currency of the company.",
    )
    date_from = fields.Date(string="From", help="Empty: since the plan started.")
    date_to = fields.Date(string="To", help="Empty: until the plan ends.")

    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A payee's assignment cannot end before it starts.",
    )
    # A sale must find one assignment at most, else it would be paid twice.
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int4range(plan_id, plan_id, '[]') WITH &&,
            int4range(payee_id, payee_id, '[]') WITH &&,
            daterange(date_from, date_to, '[]') WITH &&)""",
        "A payee is assigned to this plan twice on the same day. "
        "End the first assignment before the second one starts.",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        assignments = super().create(vals_list)
        assignments._check_plan_is_open()
        return assignments

    def write(self, vals):
        self.check_access("write")
        plans = self.plan_id
        self._check_plan_is_open()
        result = super().write(vals)
        self._check_plan_is_open()
        plans._check_earned_days()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_earned(self):
        self._check_plan_is_open()
        self.plan_id._check_earned_days(without=self.ids)

    def _check_plan_is_open(self):
        for plan in self.plan_id:
            if plan.state == "closed":
                raise plan._locked_error()
