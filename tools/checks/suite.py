"""Run layers, independent ones side by side, and sum them up."""

import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

from .. import stamps
from ..database import Databases
from ..platform import Platform
from ..steps import StepFailed, log_path, say
from . import lint, odoo_runner, pytest_odoo, repository, server_logs, smoke, translations
from .result import failure, in_ci

LAYERS = {
    "lint": lint.run,
    "repo": repository.run,
    "odoo": odoo_runner.run_install,
    "pytest": pytest_odoo.run,
    "tours": odoo_runner.run_tours,
    "translations": translations.run,
    "run": smoke.run,
}
WITHOUT_DATABASE = {"lint", "repo"}
# Two lanes for two cores. What copies the plain template comes after the layer
# that installs it; the other lane builds the demo template meanwhile.
LANES = (("odoo", "pytest", "translations"), ("lint", "repo", "tours", "run"))
NOTES_SHOWN = 20


@dataclass
class Context:
    """What the layers share."""

    platform: Platform
    complaints: dict = field(default_factory=dict)
    installs: bool = False

    @cached_property
    def databases(self):
        return Databases(self.platform)

    @cached_property
    def plain_template(self):
        """The template for the addons as they were when this run began."""
        return self.databases.template_name(demo=False)

    def plain_template_exists(self):
        """Tell whether there is a template; without layer odoo in the run, build it."""
        if not self.installs and not self.addons_changed():
            self.databases.ensure_template(demo=False)
        return self.databases.exists(self.plain_template)

    def addons_changed(self):
        """Tell whether somebody edited the addons since this run began."""
        return self.plain_template != self.databases.template_name(demo=False)


def default_layers():
    """Return all layers; starting the product like a person belongs to CI only."""
    return [name for name in LAYERS if name != "run" or in_ci()]


def run(platform, names):
    """Run the named layers and print the summary.

    :return: the exit code.
    """
    context = Context(platform, installs="odoo" in names)
    if not WITHOUT_DATABASE.issuperset(names):
        context.databases.drop_abandoned()
        say(f"Template of this run: {context.plain_template}")
    results = _run_lanes(context, names)
    if context.complaints:
        results["logs"] = _run_layer(context, "logs", server_logs.run)
    if "plain_template" in vars(context) and context.addons_changed():
        say("The addons were edited while this ran, so the layers saw different states of them.")
    _print_summary(results)
    return 1 if any(result.failed for result in results.values()) else 0


def _run_lanes(context, names):
    lanes = [[name for name in lane if name in names] for lane in LANES]
    with ThreadPoolExecutor(len(lanes)) as executor:
        found = executor.map(lambda lane: _run_lane(context, lane), lanes)
        results = {name: result for lane in found for name, result in lane.items()}
    return {name: results[name] for name in LAYERS if name in results}


def _run_lane(context, lane):
    return {name: _run_layer(context, name, LAYERS[name]) for name in lane}


def _run_layer(context, name, function):
    """Run one layer and read its logs, before another run can write them anew."""
    waiting = f"{name}: waiting for the same layer of another make test"
    with stamps.lock(f"layer-{name}", on_wait=lambda: say(waiting)):
        say(f"{name}: started")
        started = time.monotonic()
        result = _guarded(context, name, function)
        result.seconds = time.monotonic() - started
        context.complaints |= {log: server_logs.complaints(log) for log in result.logs}
    say(f"{name}: {_counts(result)} in {result.seconds:.0f} s")
    for note in result.notes[:NOTES_SHOWN]:
        say(f"  {name}: {note}")
    if len(result.notes) > NOTES_SHOWN:
        say(f"  {name}: … and {len(result.notes) - NOTES_SHOWN} more")
    return result


def _guarded(context, name, function):
    """A layer that cannot run is a failed one, and the others go on."""
    try:
        return function(context)
    except StepFailed as error:
        return failure(str(error))
    except Exception as error:
        log = log_path(f"test-{name}-error")
        log.write_text(traceback.format_exc(), encoding="utf-8")
        return failure(f"{error!r} (details: {log})")


def _counts(result):
    return f"{result.passed} passed, {result.failed} failed, {result.skipped} skipped"


def _print_summary(results):
    say(f"\n{'layer':<14}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for name, result in results.items():
        counts = f"{result.passed:>8}{result.failed:>8}{result.skipped:>9}{result.seconds:>9.0f}"
        say(f"{name:<14}{counts}")
    totals = [
        sum(getattr(result, key) for result in results.values())
        for key in ("passed", "failed", "skipped")
    ]
    say("\n{} passed, {} failed, {} skipped".format(*totals))
