"""Drive headless Chromium over its DevTools protocol: open a page, wait, take a picture."""

import base64
import json
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import websocket

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # as root Chromium does not start without
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
WAIT_SECONDS = 30


class PageError(Exception):
    """The page did not become what was waited for."""


class Page:
    """One browser tab.

    :param connection: open websocket to the tab's DevTools endpoint
    """

    def __init__(self, connection):
        self._connection = connection
        self._last_id = 0
        self.call("Page.enable")

    def call(self, method, **parameters):
        """Call a DevTools method and return its result."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": parameters}
        self._connection.send(json.dumps(message))
        while True:
            answer = json.loads(self._connection.recv())
            if answer.get("id") == self._last_id:
                if "error" in answer:
                    raise PageError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, expression):
        """Value of a JavaScript expression in the page; promises are awaited."""
        result = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            raise PageError(result["exceptionDetails"]["exception"].get("description", expression))
        return result["result"].get("value")

    def resize(self, width, height):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def open(self, url, wait_for):
        """Open an address and wait until a CSS selector matches."""
        self.call("Page.navigate", url=url)
        self.wait_for(wait_for)

    def wait_for(self, selector):
        condition = f"!!document.querySelector({json.dumps(selector)})"
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            try:
                if self.evaluate(condition):
                    time.sleep(0.6)  # fonts, avatars, chart animations
                    return
            except PageError:
                pass  # the page is being replaced
            time.sleep(0.1)
        raise PageError(f"{selector!r} did not appear within {WAIT_SECONDS} seconds")

    def click(self, selector):
        self.wait_for(selector)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def log_in(self, address, login, password):
        """Open a session; later pages of this tab belong to the user."""
        self.open(f"{address}/web/login", "form.oe_login_form")
        self.evaluate(
            f"document.querySelector('#login').value = {json.dumps(login)};"
            f"document.querySelector('#password').value = {json.dumps(password)};"
            "document.querySelector('form.oe_login_form').submit()"
        )
        self.wait_for(".o_web_client .o_navbar")

    def screenshot(self, path):
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(picture))


@contextmanager
def open_page(executable, width=1280, height=800):
    """Yield a :class:`Page` in a new browser that ends with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [
                executable,
                *FLAGS,
                f"--user-data-dir={profile}",
                "--remote-debugging-port=0",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            connection = websocket.create_connection(
                _endpoint(Path(profile), browser), suppress_origin=True, timeout=WAIT_SECONDS
            )
            page = Page(connection)
            page.resize(width, height)
            yield page
            connection.close()
        finally:
            browser.terminate()
            browser.wait()


def _endpoint(profile, browser):
    """Address of the first tab, which Chromium announces in its profile folder."""
    announced = profile / "DevToolsActivePort"
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end and browser.poll() is None:
        if announced.exists() and (lines := announced.read_text().splitlines()):
            with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json") as answer:
                tabs = [tab for tab in json.load(answer) if tab["type"] == "page"]
            if tabs:
                return tabs[0]["webSocketDebuggerUrl"]
        time.sleep(0.1)
    raise PageError("Chromium did not start.")
