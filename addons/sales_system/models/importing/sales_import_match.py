from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .sales_import_field import IMPORT_ENTITY

MATCH_HOW = [
    ("code", "By code"),
    ("name", "By name"),
    ("remembered", "Remembered"),
    ("manual", "By hand"),
    ("create", "To be created"),
    ("created", "Created"),
    ("missing", "Not found"),
    ("ambiguous", "Several found"),
]
# Stands for the record of a key that several records answer to.
AMBIGUOUS = object()


class SalesImportMatch(models.Model):
    """Import match: a key that stands in the file and the record that it means."""

    _name = "sales.import.match"
    _description = "Import Match"
    _order = "unmatched desc, entity, key, id"

    import_id = fields.Many2one("sales.import", required=True, ondelete="cascade", index=True)
    entity = fields.Selection(
        selection="_selection_entity",
        required=True,
        readonly=True,
    )
    key = fields.Char("In the File", required=True, readonly=True)
    name_in_file = fields.Char(readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    res_model_id = fields.Many2one("ir.model", compute="_compute_res_model_id")
    # Kept as a number: a stored Reference asks the database for each record that is written.
    res_id = fields.Integer(readonly=True, aggregator=None)
    record = fields.Reference(
        selection=lambda self: [
            (model, self.env[model]._description) for model, _fields in IMPORT_ENTITY.values()
        ],
        compute="_compute_record",
        inverse="_inverse_record",
        help="Choose the record by hand where the file's key was not found.",
    )
    how = fields.Selection(MATCH_HOW, required=True, readonly=True, string="Matched")
    unmatched = fields.Boolean(compute="_compute_unmatched", store=True)

    @api.model
    def _selection_entity(self):
        return self.env["sales.import.field"]._fields["entity"]._description_selection(self.env)

    # === COMPUTE METHODS === #
    @api.depends("entity")
    def _compute_res_model_id(self):
        for match in self:
            match.res_model_id = self.env["ir.model"]._get(IMPORT_ENTITY[match.entity][0])

    @api.depends("res_id", "entity")
    def _compute_record(self):
        for match in self:
            model_name = IMPORT_ENTITY[match.entity][0]
            match.record = f"{model_name},{match.res_id}" if match.res_id else None

    def _inverse_record(self):
        for match in self:
            record = match.record
            if record and not match._is_usable(record):
                raise ValidationError(
                    self.env._(
                        "%(record)s cannot stand for the key %(key)s: choose a record of the "
                        "kind “%(entity)s” that %(company)s uses.",
                        record=record.display_name,
                        key=match.key,
                        entity=dict(self._selection_entity())[match.entity],
                        company=match.import_id.company_id.name,
                    )
                )
            match.res_id = record.id if record else 0
            match.how = "manual" if match.record else "missing"
        # The counts of the last check no longer hold.
        checked = self.import_id.filtered(lambda one: one.state == "checked")
        checked._update_state(("checked",), "draft")

    @api.depends("how")
    def _compute_unmatched(self):
        for match in self:
            match.unmatched = match.how in ("missing", "ambiguous")

    # === BUSINESS METHODS === #
    def _is_usable(self, record):
        """:return: whether a record is of the match's kind and of the import's company"""
        self.ensure_one()
        model_name = IMPORT_ENTITY[self.entity][0]
        domain = self._get_company_domain(model_name, self.import_id.company_id)
        return record._name == model_name and bool(record.filtered_domain(domain))

    @api.model
    def _get_company_domain(self, model_name, company):
        """:return: domain of the records of a model that a company uses"""
        model = self.env[model_name]
        if "company_id" not in model._fields:
            return Domain.TRUE
        return Domain(model._check_company_domain(company))

    @api.model
    def _rebuild(self, sales_import, keys):
        """Look up the keys of a file anew; what was matched by hand stays.

        :param dict keys: entity → key → (row count, name in the file)
        """
        by_hand = {
            (match.entity, match.key): match.res_id
            for match in sales_import.match_ids
            if match.how == "manual"
        }
        remembered = {
            (alias.entity, alias.key): alias.record.id
            for alias in sales_import.profile_id.alias_ids
            if alias.record
            and alias.record._name == IMPORT_ENTITY[alias.entity][0]
            and alias.record.filtered_domain(
                self._get_company_domain(alias.record._name, sales_import.company_id)
            )
        }
        sales_import.match_ids.unlink()
        vals_list = []
        for entity, found in keys.items():
            records = self._search_keys(sales_import, entity, list(found))
            for key, (row_count, name) in found.items():
                if res_id := by_hand.get((entity, key)):
                    how = "manual"
                elif res_id := remembered.get((entity, key)):
                    how = "remembered"
                else:
                    res_id, how = records.get(key, (None, "missing"))
                if how == "missing" and sales_import._creates(entity):
                    how = "create"
                vals_list.append(
                    {
                        "import_id": sales_import.id,
                        "entity": entity,
                        "key": key,
                        "name_in_file": name,
                        "row_count": row_count,
                        "res_id": res_id,
                        "how": how,
                    }
                )
        self.create(vals_list)

    @api.model
    def _search_keys(self, sales_import, entity, keys):
        """One query per field that may hold the key, whatever the number of keys.

        :return: dict of key → (record id or None, how)
        """
        model_name, field_names = IMPORT_ENTITY[entity]
        model = self.env[model_name].with_context(active_test=False)
        in_company = self._get_company_domain(model_name, sales_import.company_id)
        result = {}
        for field_name in field_names:
            left = [key for key in keys if key not in result]
            if not left:
                break
            candidates = {}
            domain = in_company & Domain(field_name, "in", left)
            for record in model.search_fetch(domain, [field_name]):
                candidates.setdefault(record[field_name], model.browse())
                candidates[record[field_name]] += record
            how = "name" if field_name in ("name", "complete_name", "title") else "code"
            for key, records in candidates.items():
                record = self._choose(records)
                result[key] = (record.id, how) if record else (None, "ambiguous")
        return result

    @api.model
    def _choose(self, records):
        """:return: the one record that is meant, or None where that is not certain"""
        if len(records) > 1 and "active" in records._fields:
            records = records.filtered("active") or records
        if len(records) > 1 and records._name == "res.partner":
            # A company and its contact of the same name: the company buys.
            records = records.filtered(lambda partner: not partner.parent_id) or records
        return records if len(records) == 1 else None

    def _get_records(self):
        """:return: dict of entity → key → record id; None for records still to be created,
        AMBIGUOUS where several records answer to the key
        """
        result = {}
        for match in self:
            entity = result.setdefault(match.entity, {})
            if match.how == "ambiguous":
                entity[match.key] = AMBIGUOUS
            elif match.res_id or match.how == "create":
                entity[match.key] = match.res_id or None
        return result

    def _create_missing(self):
        """Create what the user ticked, in one batch per model."""
        missing = self.filtered(lambda match: match.how == "create")
        for entity, matches in missing.grouped("entity").items():
            vals_list = [getattr(match, f"_prepare_{entity}_values")() for match in matches]
            # Creating users is an administrator's right; these have no access at all.
            model = self.env[IMPORT_ENTITY[entity][0]].sudo()
            records = model.with_context(no_reset_password=True).create(vals_list)
            for match, record in zip(matches, records, strict=True):
                match.write({"res_id": record.id, "how": "created"})

    def _prepare_customer_values(self):
        return {
            "name": self.name_in_file or self.key,
            "ref": self.key,
            "is_company": True,
            "company_id": self.import_id.company_id.id,
        }

    def _prepare_product_values(self):
        return {
            "name": self.name_in_file or self.key,
            "default_code": self.key,
            "company_id": self.import_id.company_id.id,
        }

    def _prepare_territory_values(self):
        return {
            "name": self.name_in_file or self.key,
            "code": self.key,
            "company_id": self.import_id.company_id.id,
        }

    def _prepare_salesperson_values(self):
        company = self.import_id.company_id
        return {
            "name": self.name_in_file or self.key,
            "login": f"imported-{company.id}-{self.key}",
            "salesperson_code": self.key,
            "active": False,
            "group_ids": [fields.Command.clear()],
            "company_id": company.id,
            "company_ids": [fields.Command.set(company.ids)],
        }
