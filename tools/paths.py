"""Where everything lives: all that is fetched or built stays in ``.local/``."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
# In the order in which they build on each other; bridges to further Odoo apps last.
ADDON_NAMES = (
    "sales_system",
    "sales_planning",
    "sales_commission",
    "sales_system_survey",
    "sales_planning_mailing",
    "sales_planning_event",
    "sales_planning_loyalty",
)

LOCAL = ROOT / ".local"
VENV = LOCAL / "venv"
VENV_PYTHON = VENV / "bin" / "python"
ODOO_PREFIX = LOCAL / "odoo"
APT = LOCAL / "apt"
PG = LOCAL / "pg"
DATA = LOCAL / "data"
FILESTORE = DATA / "filestore"
LOG = LOCAL / "log"
STAMPS = LOCAL / "stamps"
LOCKS = LOCAL / "locks"
ODOO_RC = LOCAL / "odoo.conf"
