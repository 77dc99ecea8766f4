from . import sales_territory_recompute
