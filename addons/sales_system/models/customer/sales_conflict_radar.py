from dataclasses import dataclass

from odoo import api, models

from ...engine.conflict import mask, search_keys

RECORD_TYPE = [
    ("customer", "Customer"),
    ("lead", "Lead"),
    ("opportunity", "Opportunity"),
    ("registration", "Deal Registration"),
]
MATCH_KIND = [
    ("tax_id", "Tax ID"),
    ("phone", "Phone"),
    ("email", "Email"),
    ("name", "Name"),
    ("domain", "Mail Domain"),
    ("similar", "Similar Name"),
]
RECORD_MODEL = {
    "customer": "res.partner",
    "lead": "crm.lead",
    "opportunity": "crm.lead",
    "registration": "sales.deal.registration",
}


@dataclass(frozen=True)
class Hit:
    """What the conflict check says of one record, to one user."""

    record_type: str
    matched_by: str
    is_readable: bool
    # Masked where the user may not read the record.
    name: str
    # Of who looks after it; empty where nobody does.
    team: object
    is_owned: bool
    is_pooled: bool
    since: object
    # The record, where the user may read it.
    record: object


class SalesConflictRadar(models.AbstractModel):
    """Finds who is known already, whosever record it is, and says no more than one may see."""

    _name = "sales.conflict.radar"
    _description = "Conflict Radar"

    # === BUSINESS METHODS === #
    @api.model
    def _search_text(self, text):
        """:return: list of :class:`Hit`, best first, for whatever somebody has typed"""
        country = self.env.company.country_id
        keys = search_keys(text, country.code, country.phone_code)
        return self._describe(self._find(keys, similar=True))

    @api.model
    def _describe(self, rows):
        """Look at what was found with the eyes of the user.

        :param rows: of :meth:`_find`
        :return: list of :class:`Hit`
        """
        readable = self._get_readable(rows)
        teams = self.env["crm.team"].sudo()
        hits = []
        for record_type, record_id, kind, _score, name, user_id, team_id, since, is_pooled in rows:
            record = readable.get((RECORD_MODEL[record_type], record_id))
            hits.append(
                Hit(
                    record_type=record_type,
                    matched_by=kind,
                    is_readable=bool(record),
                    name=name if record else mask(name),
                    team=teams.browse(team_id),
                    is_owned=bool(user_id),
                    is_pooled=is_pooled,
                    since=since,
                    record=record,
                )
            )
        return hits

    def _get_readable(self, rows):
        """Let the database tell: to ask the records would read all orders of each customer.

        :return: dict of (model, id) → record, of those that the user may read
        """
        ids = {}
        for record_type, record_id, *_rest in rows:
            ids.setdefault(RECORD_MODEL[record_type], []).append(record_id)
        return {
            (model, record.id): record
            for model, record_ids in ids.items()
            if self.env[model].has_access("read")
            for record in self.env[model].search([("id", "in", record_ids)], order="id")
        }

    @api.model
    def _describe_owner(self, hit):
        """:return: who looks after a record, in words that tell no more than the team"""
        if hit.team and hit.is_owned:
            return self.env._("Team %(team)s", team=hit.team.name)
        if hit.is_owned:
            return self.env._("Somebody without a team")
        if hit.is_pooled:
            return self.env._("In the public pool")
        return self.env._("Nobody")
