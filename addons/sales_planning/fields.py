from odoo import fields


class OptionalMonetary(fields.Monetary):
    """Monetary amount that can be absent: no number is not the number 0.

    ``False`` stands for no number, in Python, over RPC and in the web client, and NULL in the
    database. A search for ``False`` finds the absent ones only.
    """

    falsy_value = None

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column_insert(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_read(self, value, record, use_display_name=True):
        return False if value is None else value

    def convert_to_export(self, value, record):
        return "" if value is None or value is False else value

    def filter_function(self, records, field_expr, operator, value):
        if operator != "in":
            return super().filter_function(records, field_expr, operator, value)
        # In Python 0 equals False, so the two are told apart by identity.
        getter = self.expression_getter(field_expr)
        absent = any(one is None or one is False for one in value)
        numbers = {one for one in value if one is not None and one is not False}
        return lambda record: absent if (number := getter(record)) is False else number in numbers
