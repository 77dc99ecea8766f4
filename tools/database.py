"""Databases of the addons: templates that are built once and copied often.

An installation takes a minute, a copy about a second. So there is one template
with demo data and one without, named after a hash of what they were built from.
"""

import os
import re
import shutil
import sys
import time

from . import paths, stamps
from .steps import StepFailed, log_path, run_logged, say

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

    # --- templates ---

    def template_name(self, *, demo):
        kind = "demo" if demo else "plain"
        return f"{TEMPLATE_PREFIX}{kind}_{addons_digest()}"

    def ensure_template(self, *, demo):
        """Return the template for the addons as they are now, building it when needed."""
        name = self.template_name(demo=demo)
        with self._template_lock(demo):
            if not self.exists(name):
                self._build_template(name, demo=demo)
            stamps.mark(f"database-{name}", "template")
            self._drop_stale_templates(keep=name)
        return name

    def adopt_template(self, source, name, *, demo):
        """Make a freshly installed database the template of that name."""
        with self._template_lock(demo):
            self.rename(source, name)
            stamps.mark(f"database-{name}", "template")
            self._drop_stale_templates(keep=name)

    def copy_template(self, target, *, demo, name=None):
        """Give ``target`` the content of a template."""
        name = name or self.ensure_template(demo=demo)
        with self._template_lock(demo):
            self.copy(name, target)
        return target

    def _template_lock(self, demo):
        return stamps.lock(
            f"template-{'demo' if demo else 'plain'}",
            on_wait=lambda: say("Waiting for another command at the template database …", sys.stderr),
        )

    def _build_template(self, name, *, demo):
        scratch = scratch_name(f"template_{'demo' if demo else 'plain'}")
        self.drop(scratch)
        self.install(scratch, demo=demo)
        self.rename(scratch, name)

    def _drop_stale_templates(self, keep):
        """Drop unused templates of the same kind as the one to keep."""
        kind = keep.rsplit("_", 1)[0]
        for name in self.names():
            if name.startswith(kind) and name != keep and _unused_for(name) > KEEP_STALE_SECONDS:
                self.drop(name)

    def drop_abandoned(self):
        """Drop scratch databases whose command is gone."""
        for name in self.names():
            match = re.fullmatch(SCRATCH_PREFIX + r".*_(\d+)", name)
            if match and not os.path.exists(f"/proc/{match.group(1)}"):
                self.drop(name)

    # --- Odoo's own work on a database ---

    def install(self, name, *, demo):
        log = log_path(f"install-{'demo' if demo else 'plain'}")
        log.unlink(missing_ok=True)
        self._odoo(
            name,
            log,
            f"The addons could not be installed{' with demo data' if demo else ''}",
            *("--init", ",".join(paths.ADDON_NAMES), "--load-language", LANGUAGES),
            *(["--with-demo"] if demo else []),
        )

    def update(self, name):
        log = log_path("update")
        log.unlink(missing_ok=True)
        self._odoo(
            name, log, "The addons could not be updated", "--update", ",".join(paths.ADDON_NAMES)
        )

    def _odoo(self, name, log, failure, *arguments):
        try:
            run_logged(
                self.platform.odoo_command("server", "--no-http", "--stop-after-init", *arguments),
                log.stem,
                failure,
                env=self.platform.environment(name),
            )
        except StepFailed:
            raise StepFailed(f"{failure}: {_last_error(log)} (details: {log})") from None


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
    return stamps.digest(*result, paths.ROOT / "requirements.txt")


def _unused_for(name):
    stamp = paths.STAMPS / f"database-{name}"
    return time.time() - stamp.stat().st_mtime if stamp.is_file() else float("inf")


def _last_error(log):
    """Return the exception that ended a log, or its last line."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Warning)\b", line)]
    return (errors or lines or ["no output"])[-1][:300]
