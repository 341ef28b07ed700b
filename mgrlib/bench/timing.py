"""Times taken in turns, and the line that says their ratio."""

import statistics
import time
from collections.abc import Callable

ROUNDS = 5


def in_turns(
    *calls: Callable[[], object],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, ...]:
    """Median seconds of each, called in turns after one call each that is not counted.

    Parameters
    ----------
    calls : callable
        What is timed.
    rounds : int
        How often each is counted.
    clock : callable
        `time.process_time` for work on one core that other programs must not disturb.
    """
    times: list[list[float]] = [[] for _ in calls]
    for turn in range(rounds + 1):
        for call, taken in zip(calls, times, strict=True):
            started = clock()
            call()
            if turn:
                taken.append(clock() - started)
    return tuple(map(statistics.median, times))


def row(
    name: str, times: tuple[float, float], *, baseline_name: str, unit: str, goal: float | None
) -> dict:
    """One line of ``bench.json``."""
    ours, baseline = times
    return {
        "name": name,
        "ours": ours,
        "baseline": baseline,
        "baseline_name": baseline_name,
        "ratio": baseline / ours,
        "unit": unit,
        "goal": goal,
    }
