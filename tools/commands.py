"""The commands of ``python3 -m tools``, each a short story over the other modules."""

import argparse
import contextlib
import os
import shlex
import shutil
import subprocess
from contextlib import ExitStack

from . import cluster, paths, platform, postgres, server, stamps, translations
from .checks import fast, suite
from .database import Databases, addons_digest, scratch_name
from .steps import Progress, StepFailed, log_path, say

RUN_DATABASE = "sales"
LOGIN = PASSWORD = "admin"  # noqa: S105 (Odoo's own default for a demo database)


def init(_options):
    """Fetch the Python packages and Odoo, and start PostgreSQL once."""
    with platform.ready(Progress(platform.STEPS)):
        say("Everything is in place. Next: make run, or make test.")


def run(options):
    """Serve the demo database until Ctrl-C."""
    server.require_free(options.port)
    progress = Progress(platform.STEPS + 2)
    with platform.ready(progress) as ready, ExitStack() as stack:
        with progress.step(f"Database {RUN_DATABASE}") as report:
            _ensure_run_database(Databases(ready), report)
        with progress.step("Web server"):
            serving = server.serving(ready, RUN_DATABASE, options.port, "--max-cron-threads", 1)
            address, process = stack.enter_context(serving)
        say(f"\nOpen {address}  login: {LOGIN}  password: {PASSWORD}\nCtrl-C stops it.")
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()
            raise StepFailed(f"The server ended by itself (details: {log_path('server')}).")
    say("Stopped.")


def _ensure_run_database(databases, report):
    """Create the demo database, or update it when the addons changed."""
    current = addons_digest()
    stamp = f"database-{RUN_DATABASE}"
    if not databases.exists(RUN_DATABASE):
        report("installing the addons with demo data, about 2 minutes the first time")
        databases.copy_template(RUN_DATABASE, demo=True)
    elif not stamps.is_current(stamp, current):
        report("updating the addons, whose files changed")
        databases.update(RUN_DATABASE)
    stamps.mark(stamp, current)


def demo(_options):
    """Recreate the demo database that make run serves."""
    with platform.ready() as ready:
        databases = Databases(ready)
        databases.drop(RUN_DATABASE)
        _ensure_run_database(databases, say)
        say(f"Database {RUN_DATABASE} is new. Next: make run.")


def clean(_options):
    """Stop what was started here and remove .local, nothing else."""
    postgres.keep_running(False)
    if paths.VENV.is_dir():
        cluster.stop()
    cluster.remove_temporary_home()
    shutil.rmtree(paths.LOCAL, ignore_errors=True)
    say("Removed .local.")


def shell(options):
    """Open Odoo's Python shell on a database."""
    with platform.ready() as ready:
        _require_database(Databases(ready), options.database)
        command = ready.odoo_command("shell", "--no-http", *_without_dashes(options.arguments))
        return _call(command, ready, options.database)


def psql(options):
    """Open psql on a database."""
    with platform.ready() as ready:
        _require_database(Databases(ready), options.database)
        command = [ready.connection.programs / "psql", *_without_dashes(options.arguments)]
        return _call(command, ready, options.database)


def odoo(options):
    """Run any odoo command line with the right paths and connection."""
    with platform.ready() as ready:
        return _call(ready.odoo_command(*_without_dashes(options.arguments)), ready, None)


def python(options):
    """Run the environment's Python, Odoo importable; --copy works on a template copy."""
    with platform.ready() as ready:
        database = options.database
        if options.copy:
            database = database or "sales_scratch"
            Databases(ready).copy_template(database, demo=options.copy == "demo")
        command = [paths.VENV_PYTHON, *_without_dashes(options.arguments)]
        return _call(command, ready, database)


def test(options):
    """Run layers of tests (all of them by default) and print a summary."""
    names = options.layers or suite.default_layers()
    unknown = set(names) - suite.LAYERS.keys()
    if unknown:
        raise StepFailed(
            f"There is no layer {', '.join(unknown)}; there are {', '.join(suite.LAYERS)}."
        )
    with platform.ready(Progress(platform.STEPS)) as ready:
        return suite.run(ready, names)


def test_fast(options):
    """Run pytest-odoo of one addon on a database that stays installed."""
    with platform.ready() as ready:
        return fast.run(ready, options.addon, ["-k", options.k] if options.k else [])


def smoke(_options):
    """Start make run, log in over HTTP, stop it."""
    return test(argparse.Namespace(layers=["run"]))


def reformat(_options):
    """Let ruff format the code and sort its imports."""
    with platform.ready():
        ruff = paths.VENV / "bin" / "ruff"
        subprocess.run([ruff, "check", "--fix", "--quiet"], cwd=paths.ROOT, check=False)
        return subprocess.run([ruff, "format"], cwd=paths.ROOT, check=False).returncode


def pot(_options):
    """Export the terms of the addons and merge them into zh_CN.po."""
    with platform.ready() as ready:
        databases = Databases(ready)
        database = databases.copy_template(scratch_name("pot"), demo=False)
        try:
            for addon in paths.ADDON_NAMES:
                left = translations.update(ready, database, addon)
                say(f"{addon}: {len(left)} terms to translate")
                for line in left[:20]:
                    say(f"  {line}")
        finally:
            databases.drop(database)


def shell_env(_options):
    """Print the variables for eval "$(…)"; start PostgreSQL first to keep it running."""
    with platform.ready() as ready:
        for name, value in ready.environment().items():
            if name.startswith(("PG", "ODOO_")) or name == "PYTHONPATH":
                say(f"export {name}={shlex.quote(value)}")
        say(f"export PATH={shlex.quote(str(paths.VENV_PYTHON.parent))}:$PATH")


def keep_postgres(options):
    """Keep PostgreSQL running between commands (start), or no longer (stop)."""
    postgres.keep_running(options.action == "start")
    with platform.ready() as ready:
        running = "stays up" if options.action == "start" else "stops with its last user"
        say(f"PostgreSQL at {ready.connection.host} {running}.")


def _require_database(databases, name):
    if not databases.exists(name):
        known = ", ".join(n for n in databases.names() if n != "postgres") or "none"
        raise StepFailed(
            f"There is no database {name} (there are: {known}); create it with make demo."
        )


def _call(command, ready, database):
    """Run a program in the foreground; Ctrl-C is for it to handle."""
    process = subprocess.Popen(
        list(map(str, command)), env=ready.environment(database), cwd=paths.ROOT
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _without_dashes(arguments):
    return arguments[1:] if arguments[:1] == ["--"] else arguments


COMMANDS = {
    "init": init,
    "run": run,
    "demo": demo,
    "clean": clean,
    "shell": shell,
    "psql": psql,
    "odoo": odoo,
    "python": python,
    "test": test,
    "test-fast": test_fast,
    "smoke": smoke,
    "format": reformat,
    "pot": pot,
    "shell-env": shell_env,
    "postgres": keep_postgres,
}
DATABASE = (("--database", "-d"), {"default": RUN_DATABASE})
REST = (("arguments",), {"nargs": argparse.REMAINDER})
ARGUMENTS = {
    "run": [
        (("--port",), {"type": int, "default": int(os.environ.get("PORT") or server.DEFAULT_PORT)})
    ],
    "shell": [DATABASE, REST],
    "psql": [DATABASE, REST],
    "odoo": [REST],
    "python": [
        (("--database", "-d"), {"default": None}),
        (("--copy",), {"choices": ["demo", "plain"]}),
        REST,
    ],
    "test": [(("layers",), {"nargs": "*"})],
    "test-fast": [
        (("addon",), {"nargs": "?", "default": os.environ.get("ADDON")}),
        (("-k",), {"default": os.environ.get("K"), "metavar": "EXPRESSION"}),
    ],
    "postgres": [(("action",), {"choices": ["start", "stop"]})],
}
