from odoo import models
from odoo.exceptions import AccessError, ValidationError


class SalesHandover(models.Model):
    """Who may write and decide a handover, and who can take over."""

    _inherit = "sales.handover"

    # === WHO MAY === #
    def _check_may_draft(self):
        """Own work anybody in sales may offer; others' work takes their leader."""
        self.ensure_one()
        user = self.env.user
        person = self.from_user_id
        if (
            self.env.su
            or person == user
            or user.has_group("sales_team.group_sale_salesman_all_leads")
            or user._leads(person, self.company_id)
        ):
            return
        raise AccessError(
            self.env._(
                "You can hand over your own work, and that of the teams you lead. "
                "Ask the leader of %(person)s to do it.",
                person=person.name,
            )
        )

    def _get_persons(self):
        """:return: predecessor and successors, of whom nobody decides the handover alone"""
        self.ensure_one()
        handover = self.sudo()
        included = self.env["sales.handover.line"].sudo()
        rows = included._read_group(
            [("handover_id", "in", handover.ids), ("included", "=", True)], ["to_user_id"]
        )
        return (
            handover.from_user_id
            | handover.to_user_id
            | self.env["res.users"].union(*(user for (user,) in rows)).sudo()
        )

    def _may_decide(self):
        """:return: whether the user answers for everybody concerned"""
        self.ensure_one()
        user = self.env.user
        if user.has_group("sales_team.group_sale_manager"):
            return True
        persons = self._get_persons()
        return user not in persons and all(
            user._leads(person, self.company_id) for person in persons
        )

    def _check_may_decide(self):
        if not self._may_decide():
            raise AccessError(
                self.env._(
                    "%(handover)s is decided by a leader above everybody concerned "
                    "(%(persons)s), or by an administrator of Sales.",
                    handover=self.name,
                    persons=", ".join(self._get_persons().mapped("name")),
                )
            )

    def _check_may_release(self):
        self.ensure_one()
        self._check_approval()
        if self.sudo().approval_state != "approved":
            self._check_may_decide()

    # === WHO TAKES OVER === #
    def _check_successors(self, users):
        """:raise ValidationError: where somebody of these cannot take over"""
        self.ensure_one()
        for user in users:
            if problem := self._get_successor_problem(user.sudo()):
                raise ValidationError(problem)

    def _get_successor_problem(self, user):
        """:return: sentence that says why a user cannot take over, or False"""
        self.ensure_one()
        values = {
            "user": user.name,
            "person": self.from_user_id.sudo().name,
            "company": self.company_id.sudo().name,
        }
        if user == self.from_user_id:
            return self.env._(
                "%(user)s hands over and cannot take over as well: choose somebody else.", **values
            )
        if not user.active:
            return self.env._(
                "%(user)s is archived and cannot take over from %(person)s: choose somebody else.",
                **values,
            )
        if user.share or not user.has_group("sales_team.group_sale_salesman"):
            return self.env._(
                "%(user)s has no access to Sales and cannot take over from %(person)s: choose "
                "somebody else, or let an administrator grant the access.",
                **values,
            )
        if self.company_id not in user.company_ids:
            return self.env._(
                "%(user)s has no access to %(company)s and cannot take over there: choose "
                "somebody else, or let an administrator grant the access.",
                **values,
            )
        return False
