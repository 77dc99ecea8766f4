"""What a layer of tests came to."""

import os
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field


@dataclass
class Result:
    """Counts of one layer, and the lines that explain what is not green."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list = field(default_factory=list)
    logs: list = field(default_factory=list)
    seconds: float = 0.0

    def add(self, ok, note):
        """Count one check; its note is shown when it failed."""
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            self.notes.append(note)


def failure(note):
    """Return the result of a layer that could not run."""
    return Result(failed=1, notes=[note])


def absent(what):
    """Return the result of a layer whose tool is missing: skipped, but never in CI."""
    if in_ci():
        return failure(f"{what}, which CI must not lack")
    return Result(skipped=1, notes=[f"skipped: {what}"])


def in_ci():
    return os.environ.get("CI") == "true"


def read_junit(path):
    """Return the result that pytest wrote."""
    if not path.is_file():
        return failure(f"pytest ended before it wrote {path.name}")
    result = Result()
    for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314
        outcomes = {child.tag: child for child in case}
        name = f"{case.get('classname')}.{case.get('name')}"
        if "failure" in outcomes or "error" in outcomes:
            reason = outcomes.get("failure", outcomes.get("error")).get("message") or ""
            result.add(False, f"{name}: {reason.splitlines()[0] if reason else ''}"[:300])
        elif "skipped" in outcomes:
            result.skipped += 1
            result.notes.append(f"skipped: {name}: {outcomes['skipped'].get('message')}"[:300])
        else:
            result.passed += 1
    if not result.passed and not result.failed:
        result.add(False, "no test ran")
    return result
