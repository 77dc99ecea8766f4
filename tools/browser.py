"""The browser of tours and screenshots."""

import shutil

# The names, in the order in which Odoo's test client looks for them.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def find():
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)
