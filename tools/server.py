"""Odoo as a web server: in the foreground for people, in the background for checks."""

import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from .steps import StepFailed, log_path, tail

HOST = "127.0.0.1"
DEFAULT_PORT = 8069
START_SECONDS = 180
STOP_SECONDS = 30


def free_port():
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def require_free(port):
    """Refuse with a sentence a port that is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StepFailed(
                f"Port {port} is taken by another program; choose one with PORT=…, "
                f"for example PORT={free_port()}."
            ) from error


@contextmanager
def serving(platform, database, port=None, *arguments, log_name="server"):
    """Serve a database and yield its address once it answers."""
    port = port or free_port()
    require_free(port)
    log = log_path(log_name)
    command = platform.odoo_command(
        *("server", "--http-port", port, "--db-filter", f"^{database}$", *arguments)
    )
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=platform.environment(database),
        )
    try:
        address = f"http://{HOST}:{port}"
        _wait_until_it_answers(process, address, log)
        yield address, process
    finally:
        stop(process)


def _wait_until_it_answers(process, address, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StepFailed(f"The server stopped while starting: {tail(log, 1)} (details: {log})")
        try:
            with urllib.request.urlopen(f"{address}/web/login", timeout=60):  # noqa: S310 (loopback)
                return
        except urllib.error.HTTPError as error:
            raise StepFailed(
                f"{address}/web/login answers {error.code} (details: {log})"
            ) from error
        except OSError:
            time.sleep(0.3)
    raise StepFailed(f"The server does not answer after {START_SECONDS} s (details: {log})")


def stop(process):
    """End a server as Ctrl-C does, and by force when it does not listen."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
