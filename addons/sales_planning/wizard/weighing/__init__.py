from . import sales_season_profile_fill
