"""Stamps and locks: do a step once for the same inputs, and one at a time."""

import fcntl
import hashlib
from contextlib import contextmanager

from . import paths


def digest(*parts):
    """Hash texts and file contents into a short name.

    :param parts: strings, or paths of files or folders.
    """
    result = hashlib.sha256()
    for part in parts:
        for content in _contents(part):
            result.update(hashlib.sha256(content).digest())
    return result.hexdigest()[:12]


def _contents(part):
    if isinstance(part, str):
        yield part.encode()
    elif part.is_dir():
        for path in sorted(part.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path.relative_to(part)).encode()
                yield path.read_bytes()
    elif part.is_file():
        yield part.read_bytes()


def is_current(name, value):
    """Tell whether the step was last done for this value."""
    path = paths.STAMPS / name
    return path.is_file() and path.read_text(encoding="utf-8") == value


def mark(name, value):
    """Remember that the step was done for this value."""
    paths.STAMPS.mkdir(parents=True, exist_ok=True)
    (paths.STAMPS / name).write_text(value, encoding="utf-8")


def forget(name):
    """Have the step done again the next time."""
    (paths.STAMPS / name).unlink(missing_ok=True)


@contextmanager
def lock(name, *, on_wait=None):
    """Hold an exclusive lock that the kernel releases even after a kill."""
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    with (paths.LOCKS / name).open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait:
                on_wait()
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
