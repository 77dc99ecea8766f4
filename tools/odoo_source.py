"""Odoo 19 Community: an installation that is given, or Debian's package unpacked.

Debian ships Odoo 19 in *sid*. The package is plain Python, so it runs on older
releases too once it is unpacked beside the few font and script packages that
its symbolic links point to. Nothing is installed into the system: apt only
downloads, with a package list of its own.
"""

import contextlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import paths, stamps
from .steps import StepFailed, run_logged

FROM_SID = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
)
# Odoo's links fit the layout of these two as Debian 12 has it.
FROM_BOOKWORM = ("fonts-font-awesome", "fonts-inconsolata")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SERIES = "19"

# Debian leaves this file out; the web client asks for it, and every browser
# test fails on its absence.
BLUR_PACKAGE = "@mediapipe/selfie_segmentation@0.1.1675465747"
BLUR_FOLDER = Path("mail/static/lib/selfie_segmentation")
BLUR_FILE = "selfie_segmentation.js"

OTHER_WAYS = (
    "give an existing Odoo 19 with ODOO_PATH=/path/to/odoo, or use docker compose (make up)"
)


@dataclass(frozen=True)
class OdooSource:
    """How to import Odoo and where its standard addons are."""

    python_path: Path
    addons_paths: tuple

    @property
    def standard_addons(self):
        """The folder of Odoo's own addons, all but a few of which are there."""
        return self.addons_paths[0] if self.addons_paths else self.python_path / "odoo/addons"

    @property
    def addons_path(self):
        return ",".join(str(path) for path in (*self.addons_paths, paths.ADDONS))


def ensure(report):
    """Return the Odoo to use, fetching it when none is given."""
    given = os.environ.get("ODOO_PATH")
    if given:
        return _given_source(Path(given).expanduser().resolve())
    stamp = stamps.digest(*FROM_SID, *FROM_BOOKWORM, BLUR_PACKAGE)
    if not stamps.is_current("odoo", stamp):
        stamps.forget("odoo")
        _fetch(report)
        stamps.mark("odoo", stamp)
    return OdooSource(paths.ODOO_PREFIX / "usr/lib/python3/dist-packages", ())


def _given_source(path):
    """Accept a source checkout, a dist-packages folder or an unpacked prefix."""
    for candidate in (path, path / "usr/lib/python3/dist-packages"):
        release = candidate / "odoo" / "release.py"
        if release.is_file():
            _check_series(release)
            standard = candidate / "addons"
            return OdooSource(candidate, (standard,) if standard.is_dir() else ())
    raise StepFailed(
        f"ODOO_PATH={path} holds no Odoo (no odoo/release.py there); "
        "point it to a source checkout or to a dist-packages folder of Odoo 19."
    )


def _check_series(release):
    found = re.search(
        r"version_info = \(['\"]?(?:saas~)?(\d+)", release.read_text(encoding="utf-8")
    )
    if not found or found.group(1) != SERIES:
        series = found.group(1) if found else "unknown"
        raise StepFailed(
            f"ODOO_PATH points to Odoo {series} and these addons need Odoo {SERIES}; "
            f"give a checkout of the {SERIES}.0 branch."
        )


def _fetch(report):
    _check_tools()
    shutil.rmtree(paths.ODOO_PREFIX, ignore_errors=True)
    shutil.rmtree(paths.APT, ignore_errors=True)
    options = _private_apt(debian_mirror())
    report("reading Debian's package list, 20 MB")
    run_logged(
        ["apt-get", *options, "--quiet", "update"],
        "odoo-source",
        f"Debian's package list could not be read; check the network, or {OTHER_WAYS}",
        timeout=600,
    )
    report("downloading 125 MB")
    _download(options)
    report("unpacking 1.2 GB")
    _unpack()
    report("adding the background-blur script of the web client")
    _add_blur_script()
    shutil.rmtree(paths.APT)


def _check_tools():
    missing = [name for name in ("apt-get", "dpkg") if not shutil.which(name)]
    if missing or not KEYRING.is_file():
        lacking = " and ".join(missing) or "the Debian archive keyring"
        raise StepFailed(f"This machine has no {lacking} to fetch Odoo 19 with; {OTHER_WAYS}.")


def debian_mirror():
    """Return the mirror that this machine's own apt sources name for Debian."""
    etc = Path("/etc/apt")
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    for path in filter(Path.is_file, files):
        text = path.read_text(encoding="utf-8", errors="replace")
        reader = _deb822_uris if path.suffix == ".sources" else _one_line_uris
        for uri in reader(text):
            if re.search(r"/debian/?$", uri):
                return uri.rstrip("/")
    raise StepFailed(f"This machine's apt sources name no Debian mirror; {OTHER_WAYS}.")


def _one_line_uris(text):
    """Yield the addresses of ``deb [options] uri suite component`` lines."""
    for match in re.finditer(r"^\s*deb\s+(?:\[[^]]*\]\s*)?(\S+)", text, re.MULTILINE):
        yield match.group(1)


def _deb822_uris(text):
    """Yield the addresses of ``URIs:`` fields of enabled stanzas."""
    for stanza in re.split(r"\n\s*\n", text):
        if re.search(r"^Enabled:\s*no\s*$", stanza, re.MULTILINE | re.IGNORECASE):
            continue
        for match in re.finditer(r"^URIs:((?:.*\n?)(?:[ \t]+.*\n?)*)", stanza, re.MULTILINE):
            yield from match.group(1).split()


def _private_apt(mirror):
    """Return apt options that keep lists, cache and status inside ``.local``."""
    for folder in ("lists/partial", "cache/archives/partial"):
        (paths.APT / folder).mkdir(parents=True)
    (paths.APT / "status").touch()
    sources = paths.APT / "sources.list"
    lines = [f"deb [signed-by={KEYRING}] {mirror} {suite} main" for suite in ("sid", "bookworm")]
    sources.write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = {
        "Dir::State": paths.APT,
        "Dir::State::Lists": paths.APT / "lists",
        "Dir::State::status": paths.APT / "status",
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Cache": paths.APT / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Sandbox::User": "root",
    }
    return [f"-o{name}={value}" for name, value in settings.items()]


def _download(options):
    wanted = [f"{name}/sid" for name in FROM_SID] + [f"{name}/bookworm" for name in FROM_BOOKWORM]
    run_logged(
        ["apt-get", *options, "--quiet", "download", *wanted],
        "odoo-source",
        f"Odoo 19 could not be downloaded from the Debian mirror; run it again, or {OTHER_WAYS}",
        timeout=1800,
        cwd=paths.APT,
    )


def _unpack():
    for archive in sorted(paths.APT.glob("*.deb")):
        run_logged(
            ["dpkg", "-x", archive, paths.ODOO_PREFIX],
            "odoo-source",
            f"{archive.name} could not be unpacked; check the free disk space (1.5 GB are needed)",
        )


def _add_blur_script():
    """Take the script from npm; where that fails an empty one does, without blur."""
    target = paths.ODOO_PREFIX / "usr/lib/python3/dist-packages/odoo/addons" / BLUR_FOLDER
    target.mkdir(parents=True, exist_ok=True)
    if shutil.which("npm"):
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                ["npm", "pack", "--silent", "--pack-destination", paths.APT, BLUR_PACKAGE],
                capture_output=True,
                timeout=120,
                check=False,
            )
    for archive in paths.APT.glob("*.tgz"):
        subprocess.run(
            ["tar", "-xzf", archive, "--strip-components=1", "-C", target],
            capture_output=True,
            check=False,
        )
    (target / BLUR_FILE).touch()
