from odoo.exceptions import MissingError
from odoo.http import Controller, content_disposition, request, route

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TargetSheetController(Controller):
    @route("/sales_planning/matrix/<int:target_id>.xlsx", type="http", auth="user", readonly=False)
    def download_branch(self, target_id, value="assigned"):
        target = self._get_record("sales.target", target_id)
        return self._download(target.plan_id, target, value)

    @route("/sales_planning/plan/<int:plan_id>.xlsx", type="http", auth="user", readonly=False)
    def download_plan(self, plan_id, value="assigned"):
        plan = self._get_record("sales.target.plan", plan_id)
        return self._download(plan, request.env["sales.target"], value)

    def _get_record(self, model, record_id):
        """:raises AccessError: the user may not see it
        :raises MissingError: there is none
        """
        record = (
            request.env[model]
            .browse(record_id)
            .with_context(allowed_company_ids=request.env.user.company_ids.ids)
        )
        record.check_access("read")
        if not record.exists():
            raise MissingError(request.env._("This record no longer exists. Reload the list."))
        return record

    def _download(self, plan, target, value):
        target = target.with_env(plan.env)
        filename, content = plan.env["sales.target.sheet"]._export(plan, target, value)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(filename)),
                ("Cache-Control", "no-store"),
            ],
        )
