"""PostgreSQL: the server that ``PGHOST`` names, or the embedded one in ``.local``."""

import fcntl
import os
import pwd
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import cluster, paths, stamps
from .steps import StepFailed

# Odoo refuses to connect as role "postgres"; altering the unaccent function needs a superuser.
ROLE = "odoo"


@dataclass(frozen=True)
class Connection:
    """How to reach a server, as the variables that libpq and Odoo both read."""

    host: str
    port: str
    user: str
    password: str
    programs: Path
    embedded: bool = True

    def environment(self, database=None):
        values = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": database or "",
        }
        return {name: value for name, value in values.items() if value}

    def query(self, sql, database="postgres"):
        """Run SQL and return the lines of its answer."""
        result = self._psql(sql, database)
        if result.returncode:
            raise StepFailed(f"PostgreSQL refused {sql!r}: {_first_line(result.stderr)}.")
        return result.stdout.split("\n")[:-1]

    def _psql(self, sql, database):
        return subprocess.run(
            [self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql],
            env={**os.environ, **self.environment(database)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def check(self):
        """Refuse with a sentence a server that Odoo could not use."""
        result = self._psql(
            "SELECT rolname, rolcreatedb FROM pg_roles WHERE rolname = current_user", "postgres"
        )
        if result.returncode:
            raise StepFailed(
                f"No PostgreSQL answers at PGHOST={self.host}: {_first_line(result.stderr)}; "
                "correct PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset PGHOST."
            )
        name, may_create = result.stdout.strip().split("|")
        if name == "postgres" or may_create != "t":
            raise StepFailed(
                f"Odoo cannot work as PostgreSQL role {name!r}; "
                "give PGUSER a role other than postgres that may create databases."
            )


def _first_line(text):
    return text.strip().partition("\n")[0]


@contextmanager
def running(report):
    """Yield a connection; stop the embedded server when its last user leaves.

    Every command that uses the server holds a shared lock on one file, which the
    kernel drops even when the command is killed. So "nobody else uses it" is
    simply that the exclusive lock can be had.
    """
    if os.environ.get("PGHOST", str(cluster.home())) != str(cluster.home()):
        connection = _given_connection()
        connection.check()
        yield connection
        return
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    with (paths.LOCKS / "postgres-users").open("w") as users:
        with stamps.lock("postgres"):
            fcntl.flock(users, fcntl.LOCK_SH)
            connection = _start(report)
        try:
            yield connection
        finally:
            _stop_if_last(users)


def _given_connection():
    environ = os.environ.get
    return Connection(
        host=environ("PGHOST"),
        port=environ("PGPORT", "5432"),
        user=environ("PGUSER") or pwd.getpwuid(os.getuid()).pw_name,
        password=environ("PGPASSWORD", ""),
        programs=cluster.wheel_programs(),
        embedded=False,
    )


def _stop_if_last(users):
    with stamps.lock("postgres"):
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if not _keep_flag().exists():
            cluster.stop()


def keep_running(keep):
    """Have the server outlive its users, for work in several terminals."""
    if keep:
        paths.LOCAL.mkdir(exist_ok=True)
        _keep_flag().touch()
    else:
        _keep_flag().unlink(missing_ok=True)


def _keep_flag():
    return paths.LOCAL / "keep-postgres"


def _start(report):
    place = cluster.home()
    programs = cluster.programs_at(place)
    connection = Connection(str(place), "", ROLE, "", programs)
    if not _answers(connection):
        cluster.start(place, programs, report)
    _ensure_role(connection)
    return connection


def _answers(connection):
    result = subprocess.run(
        [connection.programs / "pg_isready", "-q"],
        env={**os.environ, **connection.environment()},
        check=False,
    )
    return result.returncode == 0


def _ensure_role(connection):
    superuser = Connection(connection.host, "", "postgres", "", connection.programs)
    if not superuser.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
        superuser.query(f"CREATE ROLE {ROLE} LOGIN SUPERUSER")
