"""Databases of the addons: built once in layers and copied often.

Installing takes minutes, a copy about a second. So there is a *base* with
Odoo's own addons that ours depend on, and on top of it a *template* with our
addons, each with and without demo data and named after a hash of what it was
built from. Editing our addons renews only the upper layer.
"""

import ast
import os
import re
import shutil
import sys
import time

from . import paths, stamps
from .steps import StepFailed, last_error, log_path, run_logged, say

BASE_PREFIX = "sales_base_"
TEMPLATE_PREFIX = "sales_template_"
SCRATCH_PREFIX = "sales_tmp_"
LANGUAGES = "en_US,zh_CN"
KEEP_STALE_SECONDS = 1800  # another command may still be copying it
NOT_IN_TEMPLATE = {"tests", "readme", "__pycache__"}


class Databases:
    """Create, copy and drop databases on one platform."""

    def __init__(self, platform):
        self.platform = platform
        self.connection = platform.connection

    # --- plain operations ---

    def names(self):
        return self.connection.query("SELECT datname FROM pg_database WHERE NOT datistemplate")

    def exists(self, name):
        return name in self.names()

    def drop(self, name):
        self.connection.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(paths.FILESTORE / name, ignore_errors=True)
        stamps.forget(f"database-{name}")

    def copy(self, source, target):
        """Copy a database and its filestore; attachments are shared by hard links."""
        self.drop(target)
        self._disconnect(source)
        self.connection.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        if (paths.FILESTORE / source).is_dir():
            shutil.copytree(
                paths.FILESTORE / source, paths.FILESTORE / target, copy_function=os.link
            )

    def rename(self, source, target):
        self.drop(target)
        self._disconnect(source)
        self.connection.query(f'ALTER DATABASE "{source}" RENAME TO "{target}"')
        if (paths.FILESTORE / source).is_dir():
            (paths.FILESTORE / source).rename(paths.FILESTORE / target)

    def _disconnect(self, name):
        self.connection.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )

    # --- bases and templates ---

    def template_name(self, *, demo):
        return f"{TEMPLATE_PREFIX}{_kind(demo)}_{addons_digest()}"

    def ensure_base(self, *, demo):
        """Return the database with the dependencies of our addons."""
        name = f"{BASE_PREFIX}{_kind(demo)}_{base_digest()}"
        arguments = ["--init", ",".join(dependencies()), "--load-language", LANGUAGES]
        if demo:
            arguments.append("--with-demo")
        with _lock(f"base-{_kind(demo)}"):
            if not self.exists(name):
                say(f"Installing Odoo's own addons ({_kind(demo)}), 1 to 2 minutes …", sys.stderr)
                scratch = scratch_name(f"base_{_kind(demo)}")
                self.drop(scratch)
                self._odoo(scratch, "base", "Odoo's own addons could not be installed", arguments)
                self.rename(scratch, name)
            self._used(name)
        return name

    def copy_base(self, target, *, demo):
        """Give ``target`` the dependencies of our addons, and nothing of ours."""
        base = self.ensure_base(demo=demo)
        with _lock(f"base-{_kind(demo)}"):
            self.copy(base, target)

    def install(self, target, *, demo, addons=paths.ADDON_NAMES):
        """Make ``target`` a new database with our addons."""
        self.copy_base(target, demo=demo)
        name = f"install-{target}"
        failure = f"The addons could not be installed{' with demo data' if demo else ''}"
        log = self._odoo(target, name, failure, ["--init", ",".join(addons)])
        if broken := re.search(r"Module (\w+) demo data failed to install", _text(log)):
            reason = last_error(_text(log))
            raise StepFailed(
                f"The demo data of {broken.group(1)} is broken: {reason} (details: {log})"
            )
        log.unlink()

    def update(self, name, addons=paths.ADDON_NAMES):
        """Update our addons in a database."""
        log = f"update-{name}"
        self._odoo(name, log, "The addons could not be updated", ["--update", ",".join(addons)])

    def ensure_template(self, *, demo):
        """Return the template for the addons as they are now, building it when needed."""
        name = self.template_name(demo=demo)
        with _lock(f"template-{_kind(demo)}"):
            if not self.exists(name):
                scratch = scratch_name(f"template_{_kind(demo)}")
                self.install(scratch, demo=demo)
                self.rename(scratch, name)
            self._used(name)
        return name

    def adopt_template(self, source, name, *, demo):
        """Make a freshly installed database the template of that name."""
        with _lock(f"template-{_kind(demo)}"):
            self.rename(source, name)
            self._used(name)

    def copy_template(self, target, *, demo, name=None):
        """Give ``target`` the content of a template."""
        name = name or self.ensure_template(demo=demo)
        with _lock(f"template-{_kind(demo)}"):
            self.copy(name, target)
        return target

    def _used(self, name):
        """Note the use of a base or template, and drop its unused predecessors."""
        stamps.mark(f"database-{name}", "used")
        kind = name.rsplit("_", 1)[0]
        for other in self.names():
            if other.startswith(f"{kind}_") and _unused_for(other) > KEEP_STALE_SECONDS:
                self.drop(other)

    def drop_abandoned(self):
        """Drop scratch databases whose command is gone; only one machine uses them."""
        if not self.connection.embedded:
            return
        for name in self.names():
            match = re.fullmatch(SCRATCH_PREFIX + r".*_(\d+)", name)
            if match and not os.path.exists(f"/proc/{match.group(1)}"):
                self.drop(name)

    def _odoo(self, name, log_name, failure, arguments):
        """Have Odoo install or update addons in a database.

        :return: the log, new for each call.
        """
        log = log_path(log_name)
        log.unlink(missing_ok=True)
        command = self.platform.odoo_command("server", "--no-http", "--stop-after-init", *arguments)
        try:
            run_logged(command, log_name, failure, env=self.platform.environment(name))
        except StepFailed:
            raise StepFailed(f"{failure}: {last_error(_text(log))} (details: {log})") from None
        return log


def _lock(name):
    return stamps.lock(
        name,
        on_wait=lambda: say("Waiting for another command at the same database …", sys.stderr),
    )


def _kind(demo):
    return "demo" if demo else "plain"


def scratch_name(purpose):
    """Name a database that only this process uses."""
    return f"{SCRATCH_PREFIX}{purpose}_{os.getpid()}"


def addons_digest():
    """Hash what an installed database depends on, which tests and texts are not part of."""
    result = []
    for addon in paths.ADDON_NAMES:
        for path in sorted((paths.ADDONS / addon).rglob("*")):
            parts = path.relative_to(paths.ADDONS / addon).parts
            if path.is_file() and parts[0] not in NOT_IN_TEMPLATE and "__pycache__" not in parts:
                result += [str(path.relative_to(paths.ADDONS)), path]
    return stamps.digest(*result, base_digest())


def base_digest():
    """Hash what a database without our addons depends on."""
    return stamps.digest(
        *dependencies(), LANGUAGES, str(paths.ROOT), paths.ROOT / "requirements.txt"
    )


def dependencies():
    """Return the addons of Odoo's that ours name in their manifests."""
    found = {name for addon in paths.ADDON_NAMES for name in _manifest(addon)["depends"]}
    return sorted(found - set(paths.ADDON_NAMES))


def installed_with(addon):
    """Return the addons that installing one brings: those below it, and bridges.

    A bridge installs itself, as the base holds all other apps that it depends on.
    """
    found = _with_dependencies(addon)
    for name in paths.ADDON_NAMES:
        if _manifest(name).get("auto_install") and _with_dependencies(name) - {name} <= found:
            found.add(name)
    return [name for name in paths.ADDON_NAMES if name in found]


def _with_dependencies(addon):
    """Return an addon and what it depends on, as far as it is ours."""
    below = set(paths.ADDON_NAMES) & set(_manifest(addon)["depends"])
    return {addon}.union(*map(_with_dependencies, below))


def _manifest(addon):
    path = paths.ADDONS / addon / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise StepFailed(f"The manifest of {addon} cannot be read: {error}.") from error


def _unused_for(name):
    stamp = paths.STAMPS / f"database-{name}"
    return time.time() - stamp.stat().st_mtime if stamp.is_file() else float("inf")


def _text(log):
    return log.read_text(encoding="utf-8", errors="replace")
