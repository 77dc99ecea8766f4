def flush_sources(model):
    """Write to the database what a query model reads, through the query models it is made of.

    Odoo does so where it reads the model; where the query runs by itself, nobody else does.
    """
    for name, fields in model._depends.items():
        source = model.env[name]
        if source._depends:
            flush_sources(source)
        else:
            source.flush_model(fields)
