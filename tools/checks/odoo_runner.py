"""Odoo's own test runner: install with tests on a fresh database, and browser tours."""

import re
import subprocess

from .. import browser, paths, server
from ..database import scratch_name
from ..steps import last_error, log_path
from .result import Result, absent, failure, in_ci

TOUR_TAG = "sales_tour"
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")
SKIPPED = re.compile(r" INFO \S+ \S+: skipped (.*)$", re.MULTILINE)
FAILED = re.compile(r" ERROR \S+ \S+: ((?:FAIL|ERROR): .*)$", re.MULTILINE)


def run_install(context):
    """Install the addons with their tests, without demo data.

    The database then serves as the template that the other layers copy, so that
    nothing is installed twice.
    """
    database = scratch_name("install")
    tags = [f"/{name}" for name in paths.ADDON_NAMES] + [f"-{TOUR_TAG}"]
    context.databases.copy_base(database, demo=False)
    log, ended_well = _odoo(
        context,
        database,
        "test-odoo",
        *("--init", ",".join(paths.ADDON_NAMES)),
        f"--test-tags={','.join(tags)}",
    )
    result = _read(log, ended_well)
    if ended_well or result.passed:
        context.databases.adopt_template(database, context.plain_template, demo=False)
    else:
        context.databases.drop(database)
    return result


def run_tours(context):
    """Click through the addons in headless Chromium, on demo data."""
    if not browser.find():
        return absent("no Chromium to run browser tours in (Debian: apt-get install chromium)")
    database = context.databases.copy_template(scratch_name("tours"), demo=True)
    log, ended_well = _odoo(context, database, "test-tours", f"--test-tags={TOUR_TAG}")
    context.databases.drop(database)
    result = _read(log, ended_well)
    if in_ci() and result.skipped:
        result.add(False, "a tour was skipped, which CI must not do")
    return result


def _odoo(context, database, log_name, *arguments):
    command = context.platform.odoo_command(
        "server", "--stop-after-init", "--http-port", server.free_port(), *arguments
    )
    log = log_path(log_name)
    with log.open("wb") as stream:
        process = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=context.platform.environment(database),
            check=False,
        )
    return log, process.returncode == 0


def _read(log, ended_well):
    """Read the counts off the log; a run that says nothing of tests has failed."""
    text = log.read_text(encoding="utf-8", errors="replace")
    found = SUMMARY.findall(text)
    if not found:
        return failure(f"Odoo stopped before the tests ended: {last_error(text)} (details: {log})")
    failures, errors, total = map(int, found[-1])
    skipped = SKIPPED.findall(text)
    broken = failures + errors
    result = Result(
        passed=max(total - broken - len(skipped), 0),
        failed=broken,
        skipped=len(skipped),
        notes=[*FAILED.findall(text), *(f"skipped: {reason}" for reason in skipped)],
        logs=[log],
    )
    if not total:
        result.add(False, f"no test ran (details: {log})")
    elif not ended_well and not broken:
        result.add(False, f"Odoo ended with an error: {last_error(text)} (details: {log})")
    return result
