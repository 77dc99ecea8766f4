"""Start the product as a person does, log in over HTTP, and stop it."""

import contextlib
import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from .. import paths, server
from ..steps import StepFailed, log_path, tail
from .result import Result

START_SECONDS = 900  # the first start installs the demo database


def run(_context):
    """Exercise ``make run``."""
    port = server.free_port()
    log = log_path("test-run")
    result = Result(logs=[paths.LOG / "server.log"])
    with log.open("wb") as stream:
        process = subprocess.Popen(
            ["make", "run", f"PYTHON={sys.executable}", f"PORT={port}"],
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PORT": str(port)},
            start_new_session=True,
        )
    try:
        address = _wait_for_address(process, log)
        result.add(True, "")
        result.add(_log_in(address), f"{address} refuses the login that make run prints")
    finally:
        # what Ctrl-C in a terminal does: the signal goes to the whole group
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
    result.add(_is_free(port), f"port {port} is still taken after Ctrl-C")
    return result


def _wait_for_address(process, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = re.search(r"^Open (\S+)", log.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found.group(1)
        if process.poll() is not None:
            raise StepFailed(f"make run ended by itself: {tail(log, 3)}")
        time.sleep(0.5)
    raise StepFailed(f"make run printed no address in {START_SECONDS} s (details: {log})")


def _log_in(address):
    """Log in with the printed login and password; only the web client follows."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(jar)
    page = opener.open(f"{address}/web/login", timeout=120).read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    form = {"csrf_token": token, "login": "admin", "password": "admin"}
    answer = opener.open(f"{address}/web/login", urllib.parse.urlencode(form).encode(), timeout=120)
    return answer.status == 200 and "/web/login" not in answer.url


def _is_free(port):
    try:
        server.require_free(port)
    except StepFailed:
        return False
    return True
