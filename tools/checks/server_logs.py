"""Server logs must hold no WARNING or ERROR: each is a fault, or is explained here."""

import re

from .result import Result

LINE = re.compile(
    r"^\S+ \S+ \d+ (?P<level>WARNING|ERROR|CRITICAL) \S+ (?P<logger>[\w.]+): (?P<message>.*)$",
    re.MULTILINE,
)
# Each entry: what is allowed, and why it is no fault of ours.
ALLOWED = {
    # The failing tests themselves, which their own layer counts already.
    r"odoo\.addons\.\w+\.tests\.\S+: (FAIL|FAILED|ERROR):": "counted by the layer",
    r"odoo\.tests\.result: ": "counted by the layer",
    r"odoo\.modules\.loading: .* tests? .*fail": "counted by the layer",
}


def run(context):
    """Report what was found in the logs that the other layers left."""
    result = Result()
    for log, found in context.complaints.items():
        shown = "\n".join(f"    {line}" for line in found[:10])
        result.add(not found, f"{len(found)} warnings or errors in {log}:\n{shown}")
    return result


def complaints(log):
    """Return the distinct lines of a log that are not allowed."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    found = {}
    for match in LINE.finditer(text):
        line = f"{match['logger']}: {match['message']}"
        if not any(re.match(pattern, line) for pattern in ALLOWED):
            found.setdefault(line, f"{match['level']} {line}"[:300])
    return list(found.values())
