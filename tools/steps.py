"""Progress on the terminal, and failures that are one sentence.

A person who typed ``make run`` needs to know what is happening and, when it
fails, what to do next. The details go to a log file.
"""

import os
import re
import subprocess
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

from . import paths

EXCEPTION = re.compile(r"[\w.]*(Error|Exception|Warning)(:|$)")


class StepFailed(Exception):
    """One sentence that names what failed and what to do about it."""


class Progress:
    """Numbered steps: ``[2/5] Odoo 19: ready (0.1 s)``.

    They go to standard error, so that a command's own output stays clean.

    :param quiet: announce only the steps that have something to do.
    """

    def __init__(self, total, *, quiet=False):
        self.total = total
        self.quiet = quiet
        self.number = 0

    @contextmanager
    def step(self, title):
        """Announce a step, yield a function that reports details, print seconds."""
        self.number += 1
        prefix = f"[{self.number}/{self.total}] {title}"
        started = time.monotonic()
        details = []

        def report(detail):
            details.append(detail)
            say(f"{prefix}: {detail} …", sys.stderr)

        yield report
        if details or not self.quiet:
            say(f"{prefix}: ready ({time.monotonic() - started:.1f} s)", sys.stderr)


def say(line, stream=None):
    """Print one line at once, also when the output is a pipe."""
    stream = stream or sys.stdout
    stream.write(line + "\n")
    stream.flush()


def run_logged(command, log_name, failure, *, timeout=None, cwd=None, env=None):
    """Run a command with its output in ``.local/log/<log_name>.log``.

    :param failure: the sentence shown when the command fails; the log is named
        after it.
    """
    log = log_path(log_name)
    with log.open("ab") as stream:
        stream.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        stream.flush()
        try:
            result = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                cwd=cwd,
                env=env,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            stream.write(f"{error}\n".encode())
            raise StepFailed(f"{failure} (details: {log})") from error
    if result.returncode:
        raise StepFailed(f"{failure} (details: {log})")


def log_path(name):
    """Return the log file of a step, with its folder in place."""
    paths.LOG.mkdir(parents=True, exist_ok=True)
    return paths.LOG / f"{name}.log"


def tail(path, lines=15):
    """Return the end of a log file."""
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    return "\n".join(text.splitlines()[-lines:])


def last_error(text):
    """Return the exception that ended an output and what explains it, or the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [number for number, line in enumerate(lines) if EXCEPTION.match(line)]
    shown = lines[errors[-1] : errors[-1] + 3] if errors else lines[-1:] or ["no output"]
    return " ".join(shown)[:400]


def verbose():
    """Tell whether the person asked for tracebacks."""
    return bool(os.environ.get("VERBOSE"))


def exit_with_sentence(error):
    """Print the sentence of a failed step; the traceback only when asked for."""
    if verbose():
        traceback.print_exception(error)
    sys.stderr.write(f"Failed: {error}\n")
    return 1
