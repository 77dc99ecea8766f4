def create_btree_gist(cr):
    """Create what compares numbers and texts beside ranges in one exclusion constraint.

    Trusted since PostgreSQL 13: whoever may create tables may create it.
    """
    cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
