"""Translation files: export the terms of the addons and merge them into zh_CN.po."""

import subprocess

from . import paths
from .steps import run_logged


def template_path(addon):
    return paths.ADDONS / addon / "i18n" / f"{addon}.pot"


def export(platform, database, addon):
    """Export the terms of one addon from a database without demo data.

    :return: the path of the exported .pot, outside of the addon.
    """
    target = paths.LOCAL / "i18n" / f"{addon}.pot"
    target.parent.mkdir(parents=True, exist_ok=True)
    run_logged(
        # without the "--" the addon would be taken for one more language
        platform.odoo_command("i18n", "export", "-l", "pot", "-o", target, "--", addon),
        "i18n",
        f"The terms of {addon} could not be exported",
        env=platform.environment(database),
    )
    return target


def update(platform, database, addon):
    """Renew the addon's .pot and zh_CN.po, and say what is left to translate."""
    exported = export(platform, database, addon)
    return _merge("update", addon, exported, platform.odoo.standard_addons)


def differences(exported, addon):
    """Return one line for each term that the addon's .pot lacks, or has too much."""
    return _merge("compare", addon, exported)


def _merge(action, addon, exported, *more):
    """Run the part that needs polib under the environment's Python."""
    files = [exported, template_path(addon), *more]
    command = [paths.VENV_PYTHON, "-m", "tools.po_files", action, *files]
    result = subprocess.run(
        list(map(str, command)), cwd=paths.ROOT, capture_output=True, text=True, check=True
    )
    return result.stdout.splitlines()
