from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...fields import UnguardedMany2one

QUESTION_STATE = [
    ("open", "Unanswered"),
    ("answered", "Answered"),
]
LONGEST_TEXT = 4000


class SalesCommissionQuestion(models.Model):
    """Question on a commission statement: what its payee wants explained or put right.

    It stands in the messages of the statement, and somebody has it on the list of things to
    do until it is answered. It changes no amount: what is wrong is put right by correcting the
    sale, or by an adjustment.
    """

    _name = "sales.commission.question"
    _description = "Commission Question"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state desc, id desc"
    _rec_name = "text"

    # === FIELDS === #
    statement_id = fields.Many2one(
        "sales.commission.statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    # What is approved can never be deleted, and a key would be checked for every earning that
    # a calculation deletes.
    earning_id = UnguardedMany2one(
        "sales.commission.earning", string="About", readonly=True, index="btree_not_null"
    )
    explanation = fields.Text(related="earning_id.explanation")
    run_id = fields.Many2one(related="statement_id.run_id", store=True)
    payee_id = fields.Many2one(related="statement_id.payee_id", store=True, index=True)
    company_id = fields.Many2one(related="statement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    amount = fields.Monetary(related="earning_id.amount", string="Commission")
    text = fields.Text(string="Question", required=True, readonly=True)
    author_id = fields.Many2one(
        "res.partner", string="Asked By", required=True, readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False)]",
        help="Who is to answer.",
    )
    state = fields.Selection(QUESTION_STATE, default="open", required=True, readonly=True)
    answer = fields.Text()
    answered_by_id = fields.Many2one("res.users", readonly=True)
    answered_at = fields.Datetime(readonly=True)

    # === CONSTRAINTS AND INDEXES === #
    _open_unique = models.UniqueIndex(
        "(statement_id, COALESCE(earning_id, 0)) WHERE state = 'open'",
        "There is an open question about this already. Wait for the answer, or ask about "
        "another line.",
    )

    # === CRUD METHODS === #
    def write(self, vals):
        if not self.env.su and not {"answer", "user_id"}.issuperset(vals):
            raise UserError(
                self.env._(
                    "What was asked stays as it is. Enter an answer, or choose who is to answer."
                )
            )
        if "answer" in vals:
            self._check_open()
        return super().write(vals)

    # === ACTION METHODS === #
    def action_answer(self):
        """Send the answer to whoever asked."""
        self.check_access("write")
        self._check_open()
        for question in self:
            if not (question.answer or "").strip():
                raise UserError(
                    self.env._(
                        "The question on %(statement)s has no answer yet. Enter it, then send it.",
                        statement=question.statement_id.display_name,
                    )
                )
        self.sudo().write(
            {
                "state": "answered",
                "answered_by_id": self.env.uid,
                "answered_at": fields.Datetime.now(),
            }
        )
        for question in self:
            question._post_answer()
        return True

    # === BUSINESS METHODS === #
    @api.model
    def _ask(self, statement, earning, text):
        """Take down the question of a payee, who writes nothing else.

        :param earning: what it is about, or none for the whole statement
        :return: the question
        """
        text = (text or "").strip() if isinstance(text, str) else ""
        self._check_may_ask(statement, earning, text)
        responsible = statement.sudo().run_id._get_responsible()
        question = self.sudo().create(
            {
                "statement_id": statement.id,
                "earning_id": earning.id,
                "text": text,
                "author_id": self.env.user.partner_id.id,
                "user_id": responsible.id,
            }
        )
        question._post_question()
        return question.with_env(self.env)

    @api.model
    def _check_may_ask(self, statement, earning, text):
        statement.check_access("read")
        if not statement.is_mine:
            raise AccessError(
                self.env._(
                    "Statement %(statement)s is not yours. "
                    "Only its payee can ask a question about it.",
                    statement=statement.display_name,
                )
            )
        statement._check_settled()
        if earning and earning.sudo().exists().statement_id != statement:
            raise UserError(
                self.env._(
                    "The line is none of statement %(statement)s. Choose one of its lines.",
                    statement=statement.display_name,
                )
            )
        if not text:
            raise UserError(self.env._("The question is empty. Write what you want to know."))
        if len(text) > LONGEST_TEXT:
            raise UserError(
                self.env._(
                    "The question has %(length)s characters, and at most %(limit)s are kept. "
                    "Make it shorter.",
                    length=len(text),
                    limit=LONGEST_TEXT,
                )
            )
        if self.sudo().search_count(
            [
                ("statement_id", "=", statement.id),
                ("earning_id", "=", earning.id),
                ("state", "=", "open"),
            ],
            limit=1,
        ):
            raise UserError(
                self.env._(
                    "There is an open question about this already. Wait for the answer, or ask "
                    "about another line."
                )
            )

    def _check_open(self):
        for question in self:
            if question.state != "open":
                raise UserError(
                    self.env._(
                        "The question on %(statement)s has been answered. "
                        "Write a message on the statement instead.",
                        statement=question.statement_id.display_name,
                    )
                )

    def _post_question(self):
        """Tell the responsible by a message on the statement and an activity."""
        self.ensure_one()
        subject = self.env._("Question on %(statement)s", statement=self.statement_id.display_name)
        self.statement_id.message_post(
            author_id=self.author_id.id,
            subject=subject,
            body="\n\n".join(filter(None, (self.explanation, self.text))),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.user_id.partner_id.ids,
        )
        if self.user_id:
            self.activity_schedule(
                "sales_commission.mail_activity_type_question",
                user_id=self.user_id.id,
                summary=subject,
            )

    def _post_answer(self):
        self.ensure_one()
        question = self.sudo()
        question.statement_id.message_post(
            author_id=self.env.user.partner_id.id,
            subject=self.env._(
                "Answer on %(statement)s", statement=question.statement_id.display_name
            ),
            body=question.answer,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=question.author_id.ids,
        )
        question.activity_feedback(["sales_commission.mail_activity_type_question"])
