"""``python -m bench [name …]``: run the benchmarks of ``bench/bench_*.py``.

Each module has ``run(env)`` that yields results of ``bench.harness.compare``.
What a benchmark writes is rolled back. Start it with ``make bench``, which gives
it a database of its own.
"""

import importlib
import sys
from pathlib import Path

from tools.odoo_session import open_environment

PREFIX = "bench_"


def names():
    """Return the names of all benchmarks."""
    return sorted(
        path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob(f"{PREFIX}*.py")
    )


def main(wanted):
    """Run the wanted benchmarks; the exit code tells whether all met their target."""
    known = names()
    if unknown := set(wanted) - set(known):
        there_are = ", ".join(known) or "none"
        sys.stderr.write(f"There is no benchmark {', '.join(unknown)}; there are: {there_are}.\n")
        return 2
    results = [result for name in wanted or known for result in _run(name)]
    missed = [result.bench for result in results if not result.ok]
    if missed:
        sys.stderr.write(f"Slower than the target: {', '.join(missed)}.\n")
    return 1 if missed else 0


def _run(name):
    """Run one benchmark in a transaction of its own."""
    module = importlib.import_module(f"bench.{PREFIX}{name}")
    results = []
    with open_environment() as env:
        results.extend(module.run(env))
        env.cr.rollback()
    return results


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
