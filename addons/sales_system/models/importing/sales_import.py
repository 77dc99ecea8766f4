import base64
import csv
import io
from collections import defaultdict

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.cells import DateParser, NumberParser
from ...engine.import_rows import ImportColumn, read_rows
from ...engine.tabular import TableError, TableOptions, read_table
from .sales_import_match import AMBIGUOUS

IMPORT_STATE = [
    ("draft", "New"),
    ("checked", "Checked"),
    ("queued", "Importing"),
    ("done", "Imported"),
    ("reversed", "Reversed"),
]
# A file of this size takes a few seconds; a larger one is left to the server.
BACKGROUND_ROWS = 20_000
# How often a running import reports, in rows.
PROGRESS_ROWS = 5_000
# More would not be read by anybody; the reject file holds them all.
LISTED_REJECTS = 1_000
# Stands for the record of a key that no record answers to.
UNKNOWN = object()


class SalesImport(models.Model):
    """Import: one file, its column mapping, what was refused and what became of it.

    A file is *checked* as often as one likes: that writes nothing but the list of problems.
    It is *imported* in one transaction, all rows or, when ticked, the valid ones.
    Kinds of import add ``_check_row_<kind>``, ``_row_key_<kind>``, ``_existing_keys_<kind>``,
    ``_post_rows_<kind>``, ``_reverse_<kind>`` and ``_action_open_result_<kind>``.
    """

    _name = "sales.import"
    _description = "Sales Import"
    _inherit = ["sales.state.mixin", "sales.import.options", "mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    state = fields.Selection(
        IMPORT_STATE, default="draft", readonly=True, copy=False, tracking=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    profile_id = fields.Many2one(
        "sales.import.profile",
        check_company=True,
        domain="[('kind', '=', kind)]",
        help="A mapping saved from an earlier file of the same layout.",
    )
    file = fields.Binary(attachment=True, copy=False)
    filename = fields.Char(copy=False)
    file_problem = fields.Char(compute="_compute_file_problem")
    import_valid_only = fields.Boolean(
        "Import valid rows",
        help="Leave the refused rows out instead of refusing the file as a whole.",
    )
    column_ids = fields.One2many(
        "sales.import.column",
        "import_id",
        compute="_compute_column_ids",
        store=True,
        readonly=False,
        copy=False,
    )
    match_ids = fields.One2many("sales.import.match", "import_id", copy=False)
    unmatched_count = fields.Integer(compute="_compute_unmatched_count")
    reject_ids = fields.One2many("sales.import.reject", "import_id", readonly=True, copy=False)
    reject_file = fields.Binary(attachment=True, readonly=True, copy=False)
    reject_filename = fields.Char(compute="_compute_reject_filename")

    # What the last check or the import found.
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    reject_count = fields.Integer("Refused", readonly=True, copy=False)
    existing_count = fields.Integer(
        "Already There",
        readonly=True,
        copy=False,
        help="Rows whose key was imported before; they add nothing.",
    )
    imported_count = fields.Integer("Imported", readonly=True, copy=False)
    amount_total = fields.Monetary(
        "Total Amount",
        readonly=True,
        copy=False,
        help="Of the rows that are neither refused nor already there: "
        "compare it with the total of your file.",
    )
    failure = fields.Char(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")

    # === COMPUTE METHODS === #
    @api.depends("file", "filename", "encoding", "delimiter")
    def _compute_file_problem(self):
        for record in self:
            record.file_problem = False
            if record.state == "draft" and record.file:
                try:
                    record._read_table()
                except TableError as error:
                    record.file_problem = str(error)

    @api.depends("file", "filename", "encoding", "delimiter", "kind", "profile_id")
    def _compute_column_ids(self):
        for record in self:
            commands = [fields.Command.clear()]
            if record.file and not record.file_problem:
                commands += map(
                    fields.Command.create, record._prepare_columns(record._read_table())
                )
            record.column_ids = commands

    @api.depends("match_ids.how")
    def _compute_unmatched_count(self):
        for record in self:
            record.unmatched_count = len(
                record.match_ids.filtered(lambda match: match.how in ("missing", "ambiguous"))
            )

    @api.depends("filename")
    def _compute_reject_filename(self):
        for record in self:
            stem = (record.filename or "").rpartition(".")[0] or record.name
            record.reject_filename = self.env._("%(file)s-refused.csv", file=stem)

    @api.depends("state")
    def _compute_progress(self):
        reported = self.env["sales.progress"]._get(self)
        for record in self:
            record.progress = reported.get(record.id, 0.0) if record.state == "queued" else 0.0

    # === ONCHANGE METHODS === #
    @api.onchange("profile_id")
    def _onchange_profile_id(self):
        if self.profile_id:
            self.update(self.profile_id._get_options())

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        profiles = self.env["sales.import.profile"]
        for vals in vals_list:
            if profile := profiles.browse(vals.get("profile_id")):
                for name, value in profile._get_options().items():
                    vals.setdefault(name, value)
            vals["name"] = self.env["ir.sequence"].next_by_code("sales.import")
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        if imported := self.filtered(lambda one: one.state not in ("draft", "checked")):
            raise UserError(
                self.env._(
                    "%(names)s has been imported and cannot be deleted. Reverse it instead.",
                    names=", ".join(imported.mapped("name")),
                )
            )

    # === ACTION METHODS === #
    def action_check(self):
        """Read the whole file and list what would be refused; nothing is imported."""
        for record in self:
            record._check_state("draft", "checked")
            record._check()
        return True

    def action_import(self):
        """Import the file now, or hand a large one to the server."""
        for record in self:
            record._check_state("checked")
            if error := record._import_error_message():
                raise UserError(error)
            record.failure = False
            if record.row_count > BACKGROUND_ROWS:
                record._update_state(("checked",), "queued")
                self.env.ref("sales_system.ir_cron_sales_import")._trigger()
            else:
                record._import()
        return True

    def action_reset(self):
        """Back to the mapping; also takes a file that waits for the server out of the queue."""
        self._update_state(("checked", "queued"), "draft")
        return True

    def action_reverse(self):
        """Take the imported rows back with entries of the opposite sign."""
        for record in self:
            record._check_state("done")
            record._dispatch("_reverse")
            record._update_state(("done",), "reversed")
        return True

    def action_save_profile(self):
        """Keep mapping, options and hand-made matches for the next file of this layout."""
        self.ensure_one()
        values = {name: self[name] for name in self._option_names() if name != "kind"}
        values["column_ids"] = [
            fields.Command.clear(),
            *(
                fields.Command.create({"title": one.title, "field_id": one.field_id.id})
                for one in self.column_ids
                if one.field_id
            ),
        ]
        if self.profile_id:
            self.profile_id.write(values)
        else:
            # Set last: the columns are mapped anew from the profile.
            self.profile_id = self.env["sales.import.profile"].create(
                {
                    **values,
                    "name": self.env._("Like %(file)s", file=self.filename or self.name),
                    "kind": self.kind,
                    "company_id": self.company_id.id,
                }
            )
        self._remember_matches()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sales.import.profile",
            "res_id": self.profile_id.id,
            "view_mode": "form",
        }

    def action_open_result(self):
        self.ensure_one()
        return self._dispatch("_action_open_result")

    # === BUSINESS METHODS === #
    def _dispatch(self, method, *args):
        """Call the method that this kind of import brings."""
        return getattr(self, f"{method}_{self.kind}")(*args)

    def _import_error_message(self):
        """:return: why the checked file cannot be imported now, or None"""
        if self.reject_count and not self.import_valid_only:
            return self.env._(
                "%(refused)s of %(rows)s rows are refused, so nothing is imported. "
                "Mend the file, or tick “Import valid rows” to leave them out.",
                refused=self.reject_count,
                rows=self.row_count,
            )
        if self.row_count == self.reject_count + self.existing_count:
            return self.env._("%(file)s has no new row to import.", file=self.filename)
        return None

    # === READING === #
    def _read_table(self):
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        options = TableOptions(encoding=self.encoding, delimiter=self.delimiter)
        return read_table(content, self.filename or self.env._("the file"), options, self.env._)

    def _prepare_columns(self, table):
        """:return: list of values of ``sales.import.column``, one per column of the file"""
        known = {column.title: column.field_id for column in self.profile_id.column_ids}
        import_fields = self.env["sales.import.field"].search([("kind", "=", self.kind)])
        _number, sample = next(table.rows(), (0, []))
        result, taken = [], self.env["sales.import.field"]
        for index, title in enumerate(table.header):
            free = import_fields - taken
            found = known.get(title) or free.filtered(lambda one, t=title: one._recognises(t))[:1]
            taken |= found
            result.append(
                {
                    "sequence": index,
                    "title": title,
                    "sample": str(sample[index]) if index < len(sample) else "",
                    "field_id": found.id,
                }
            )
        return result

    def _get_columns(self, table):
        """:return: list of :class:`ImportColumn` as mapped
        :raises UserError: a mapped column is not in the file, or a required value not mapped
        """
        number = NumberParser(self.decimal_separator, self.env._)
        parsers = {
            "number": number,
            "date": DateParser(self.date_order, self.env._),
            "month": DateParser(self.date_order, self.env._, months=True),
        }
        mapped = self.column_ids.filtered("field_id")
        needed = self.env["sales.import.field"].search(
            [("kind", "=", self.kind), ("required", "=", True)]
        )
        missing = (needed - mapped.field_id).mapped("name")
        missing += [title for title in mapped.mapped("title") if title not in table.header]
        if missing:
            raise UserError(
                self.env._(
                    "No column of %(file)s holds: %(missing)s. Its columns are: %(titles)s. "
                    "Assign them below, or choose another delimiter.",
                    file=self.filename,
                    missing=", ".join(missing),
                    titles=", ".join(filter(None, table.header)),
                )
            )
        return [
            ImportColumn(
                name=column.field_id.technical_name,
                title=column.title,
                index=table.header.index(column.title),
                parse=parsers.get(column.field_id.value_type),
                required=column.field_id.required,
            )
            for column in mapped
        ]

    def _get_entities(self):
        """:return: dict of value name → entity, for the mapped columns that name a record"""
        return {
            field.technical_name: field.entity
            for field in self.column_ids.field_id
            if field.value_type == "record"
        }

    # === CHECKING === #
    def _check(self):
        """Fill matches, refused rows and counts from the file as it is now."""
        self.ensure_one()
        table, columns = self._open()
        self._match_keys(table, columns)
        counts = defaultdict(int)
        amount = 0
        refused = []
        for row in self._iter_rows(table, columns):
            counts["row_count"] += 1
            if row.problems:
                refused.append(row)
            elif row.values["existing"]:
                counts["existing_count"] += 1
            else:
                amount += row.values.get("amount", 0)
        self.reject_ids.unlink()
        self.env["sales.import.reject"].create(
            [
                {
                    "import_id": self.id,
                    "row_number": row.number,
                    "title": problem.title,
                    "value": problem.value,
                    "reason": problem.reason,
                }
                for row in refused[:LISTED_REJECTS]
                for problem in row.problems
            ]
        )
        self._update_state(
            ("draft", "checked"),
            "checked",
            failure=False,
            row_count=counts["row_count"],
            reject_count=len(refused),
            existing_count=counts["existing_count"],
            imported_count=0,
            amount_total=amount,
            reject_file=self._render_reject_file(table, refused) if refused else False,
        )
        if not self.row_count:
            raise UserError(self.env._("%(file)s has a header but no rows.", file=self.filename))

    def _open(self):
        """:return: (table, columns), or a ``UserError`` with what is wrong with the file"""
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            table = self._read_table()
        except TableError as error:
            raise UserError(str(error)) from error
        return table, self._get_columns(table)

    def _iter_rows(self, table, columns):
        """Rows with their records looked up, checked, keyed, and marked if already there.

        Keys are looked up a chunk at a time: a constant number of queries per chunk and
        memory that does not grow with the file.
        """
        records = self.match_ids._get_records()
        entities = self._get_entities()
        titles = {column.name: column.title for column in columns}
        seen = defaultdict(int)
        chunk = []
        for row in read_rows(table, columns, self.env._):
            self._look_up(row, entities, records, titles)
            if not row.problems:
                self._dispatch("_check_row", row, titles)
            if not row.problems:
                row.values["key"] = self._dispatch("_row_key", row, seen, titles)
            chunk.append(row)
            if len(chunk) == PROGRESS_ROWS:
                yield from self._mark_existing(chunk)
                chunk = []
        yield from self._mark_existing(chunk)

    def _look_up(self, row, entities, records, titles):
        """Replace the keys in a row by record ids; a key without record is a problem.

        An id of None stands for a record that the import is going to create.
        """
        for name, entity in entities.items():
            key = row.values.get(name)
            if key is None:
                continue
            record_id = records[entity].get(key, UNKNOWN)
            if record_id in (UNKNOWN, AMBIGUOUS):
                row.refuse(titles[name], key, self._unmatched_reason(entity, record_id))
            else:
                row.values[name] = record_id

    def _unmatched_reason(self, entity, why):
        label = dict(self.env["sales.import.match"]._selection_entity())[entity].lower()
        if why is AMBIGUOUS:
            return self.env._(
                "stands for several records (%(entity)s): choose one under “Matches”",
                entity=label,
            )
        return self.env._(
            "is no known %(entity)s: match it under “Matches” or create it", entity=label
        )

    def _mark_existing(self, rows):
        keys = [row.values["key"] for row in rows if not row.problems]
        existing = self._dispatch("_existing_keys", keys)
        for row in rows:
            row.values["existing"] = row.values.get("key") in existing
            yield row

    def _render_reject_file(self, table, rows):
        """:return: base64 of a CSV with the refused rows as they were, and why"""
        _ = self.env._
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow([_("Row"), _("Reason"), *table.header])
        for row in rows:
            reasons = (f"{one.title} “{one.value}” {one.reason}" for one in row.problems)
            writer.writerow([row.number, "; ".join(reasons), *row.cells])
        # With the mark, spreadsheets read the file as UTF-8.
        return base64.b64encode(buffer.getvalue().encode("utf-8-sig"))

    # === MATCHING === #
    def _match_keys(self, table, columns):
        """Collect the keys of the file and look each of them up once."""
        entities = self._get_entities()
        keyed = [column for column in columns if column.name in entities]
        naming = {
            column.name.removesuffix("_name"): column.index
            for column in columns
            if column.name.endswith("_name")
        }
        keys = {entity: {} for entity in entities.values()}
        for _number, cells in table.rows():
            if len(cells) != len(table.header):
                continue
            for column in keyed:
                key = self._key_of(cells[column.index])
                found = keys[entities[column.name]].setdefault(key, [0, ""])
                found[0] += 1
                if not found[1] and column.name in naming:
                    found[1] = str(cells[naming[column.name]]).strip()
        for found in keys.values():
            found.pop("", None)
        self.env["sales.import.match"]._rebuild(self, keys)

    @api.model
    def _key_of(self, cell):
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        return str(cell).strip()

    def _remember_matches(self):
        """Keep what people matched by hand in the profile."""
        known = {(alias.entity, alias.key) for alias in self.profile_id.alias_ids}
        self.env["sales.import.alias"].create(
            [
                {
                    "profile_id": self.profile_id.id,
                    "entity": match.entity,
                    "key": match.key,
                    "record": f"{match.record._name},{match.record.id}",
                }
                for match in self.match_ids
                if match.how == "manual"
                if (match.entity, match.key) not in known
            ]
        )

    # === IMPORTING === #
    def _import(self):
        """Import the checked file in this transaction.

        :raises UserError: the file, or what it refers to, changed since it was checked
        """
        self.ensure_one()
        self.match_ids._create_missing()
        table, columns = self._open()
        refused = 0

        def valid_rows():
            nonlocal refused
            for done, row in enumerate(self._iter_rows(table, columns), start=1):
                if done % PROGRESS_ROWS == 0:
                    self.env["sales.progress"]._report(self, done, self.row_count)
                refused += bool(row.problems)
                if not row.problems and not row.values["existing"]:
                    yield row

        imported = self._dispatch("_post_rows", valid_rows())
        if refused != self.reject_count:
            raise UserError(
                self.env._(
                    "Something that %(file)s refers to changed since the check: "
                    "%(now)s rows are refused now instead of %(before)s. Check it again.",
                    file=self.filename,
                    now=refused,
                    before=self.reject_count,
                )
            )
        if self.profile_id:
            self._remember_matches()
        self._update_state(("checked", "queued"), "done", imported_count=imported)

    @api.model
    def _cron_import(self):
        """Import what waits, one file per transaction."""
        queued = self.search([("state", "=", "queued")], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(queued))
        for record in queued:
            record = record.with_user(record.create_uid).with_company(record.company_id)
            try:
                with self.env.cr.savepoint():
                    record._import()
            except (UserError, IntegrityError) as error:
                record._update_state(("queued",), "checked", failure=str(error))
            if not self.env["ir.cron"]._commit_progress(1):
                break
