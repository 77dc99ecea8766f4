from odoo import fields, models

CONTRACT_SIDE = [("customer", "Customer"), ("company", "Us")]


class SalesContractSignature(models.Model):
    """Signature: who signed a contract for one of its sides, when, from where, and which text.

    A fact that nobody edits. When a contract goes back to draft its signatures are withdrawn,
    for they were put under another text.
    """

    _name = "sales.contract.signature"
    _description = "Contract Signature"
    _order = "signed_on, id"
    _rec_name = "name"

    # === FIELDS === #
    contract_id = fields.Many2one("sales.contract", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    side = fields.Selection(CONTRACT_SIDE, required=True)
    name = fields.Char(string="Signed By", required=True)
    user_id = fields.Many2one(
        "res.users", string="Logged In As", ondelete="restrict", help="Empty: signed by the link."
    )
    signed_on = fields.Datetime(required=True, default=fields.Datetime.now)
    ip = fields.Char(string="IP Address")
    signature = fields.Image(required=True, max_width=1024, max_height=1024)
    digest = fields.Char(
        required=True,
        help="Fingerprint of the text that was signed: two signatures under the same text have "
        "the same one.",
    )
    withdrawn_on = fields.Datetime(help="Since when it no longer counts.")

    # === CONSTRAINTS AND INDEXES === #
    _one_of_each_side = models.UniqueIndex(
        "(contract_id, side) WHERE withdrawn_on IS NULL",
        "This side has signed the contract already.",
    )
