"""pytest plugin: leave the browser tours to their own layer."""

from .odoo_runner import TOUR_TAG


def pytest_collection_modifyitems(config, items):
    """Deselect tests that Odoo's ``@tagged`` marked as tours."""
    tours = [item for item in items if TOUR_TAG in getattr(item.cls, "test_tags", ())]
    if tours:
        config.hook.pytest_deselected(items=tours)
        items[:] = [item for item in items if item not in tours]
