"""Measure our code and hand-written SQL in the same run, so that the machine cancels out."""

import json
import resource
import statistics
import sys
import time
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """One comparison; ``ok`` tells whether the ratio met its target."""

    bench: str
    rows: int
    seconds: float
    cpu_seconds: float
    sql_seconds: float
    sql_cpu_seconds: float
    ratio_to_sql: float
    statements: int
    sql_statements: int
    judged_by: str
    target: float | None
    ok: bool

    def as_json(self):
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Sample:
    """One timed call."""

    seconds: float
    cpu_seconds: float
    statements: int


def compare(
    name,
    rows,
    *,
    ours,
    best_sql,
    env,
    sql_env=None,
    repeat=3,
    target=None,
    judged_by="seconds",
    tidy=None,
):
    """Time two ways to the same rows, by turns, and print the medians as one JSON line.

    Each call runs in a savepoint that is rolled back, so that every turn starts
    from the same rows.

    :param rows: how many rows the work is about.
    :param ours: callable that does the work through our code.
    :param best_sql: callable that does the work as hand-written SQL, or where there is none, as
        the plainest Python.
    :param env: the Odoo environment that both work in.
    :param sql_env: the other side's environment, where it works in another database.
    :param target: the highest ``ratio_to_sql`` that is good enough.
    :param judged_by: ``seconds``, or ``cpu_seconds`` for overheads of a few per cent, which
        the noise of the machine would hide; CPU time is this process's, so both sides must
        do their work in Python.
    :param tidy: callable after each call, for what a rollback leaves behind. Rows that are inserted
        once more under the same unique keys meet the dead ones of the turn before.
    """
    our_samples, sql_samples = [], []
    for turn in range(repeat):
        pairs = [(env, ours, our_samples), (sql_env or env, best_sql, sql_samples)]
        # who goes first finds colder caches, so they take turns at that too
        for side_env, work, samples in pairs if turn % 2 == 0 else reversed(pairs):
            samples.append(_timed(side_env, work))
            if tidy:
                tidy()
    result = _result(name, rows, our_samples, sql_samples, target, judged_by)
    sys.stdout.write(result.as_json() + "\n")
    sys.stdout.flush()
    return result


def _timed(env, work):
    cursor = env.cr
    env.flush_all()
    env.invalidate_all()
    cursor.execute("SAVEPOINT bench")
    statements = cursor.sql_log_count
    cpu, wall = _cpu_seconds(), time.perf_counter()
    work()
    env.flush_all()
    sample = Sample(
        seconds=time.perf_counter() - wall,
        cpu_seconds=_cpu_seconds() - cpu,
        statements=cursor.sql_log_count - statements,
    )
    env.invalidate_all(flush=False)
    cursor.execute("ROLLBACK TO SAVEPOINT bench")
    cursor.execute("RELEASE SAVEPOINT bench")
    return sample


def _cpu_seconds():
    """Return this process's CPU time; what PostgreSQL burns shows in the wall time."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _result(name, rows, our_samples, sql_samples, target, judged_by):
    seconds, sql_seconds = _median(our_samples, "seconds"), _median(sql_samples, "seconds")
    ratio = _median(our_samples, judged_by) / _median(sql_samples, judged_by)
    return Result(
        bench=name,
        rows=rows,
        seconds=round(seconds, 4),
        cpu_seconds=round(_median(our_samples, "cpu_seconds"), 4),
        sql_seconds=round(sql_seconds, 4),
        sql_cpu_seconds=round(_median(sql_samples, "cpu_seconds"), 4),
        ratio_to_sql=round(ratio, 2),
        statements=round(_median(our_samples, "statements")),
        sql_statements=round(_median(sql_samples, "statements")),
        judged_by=judged_by,
        target=target,
        ok=target is None or ratio <= target,
    )


def _median(samples, key):
    return statistics.median(getattr(sample, key) for sample in samples)
