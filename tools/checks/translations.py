"""Translations: the .pot files say what the source says."""

from .. import paths, translations
from ..database import scratch_name
from .result import Result, failure


def run(context):
    """Export the terms afresh and compare them with the committed files."""
    if not context.plain_template_exists():
        return failure("the addons are not installed, see layer odoo")
    database = scratch_name("translations")
    context.databases.copy_template(database, demo=False, name=context.plain_template)
    result = Result()
    try:
        for addon in paths.ADDON_NAMES:
            exported = translations.export(context.platform, database, addon)
            differences = translations.differences(exported, addon)
            shown = "\n".join(f"    {line}" for line in differences[:10])
            result.add(
                not differences,
                f"{addon}: run make pot and translate; {len(differences)} terms differ:\n{shown}",
            )
    finally:
        context.databases.drop(database)
    return result
