"""Progress on the console: a bar with the time left, alive while a long part runs."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(total: float, what: str, *, unit: str = "") -> Iterator[Callable[..., None]]:
    """Show a bar while the block runs; yields ``progress(amount, name="")``.

    Parameters
    ----------
    total : float
        Amount of work; with 0 there is nothing to show.
    what : str
        What is being done.
    unit : str
        Of the amounts; without one only the share is shown.
    """
    from tqdm import tqdm

    if not total:
        yield lambda amount, name="": None
        return
    layout = None if unit else "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    interactive = sys.stderr.isatty()
    shown = tqdm(
        total=total, desc=what, unit=unit, bar_format=layout, dynamic_ncols=interactive,
        mininterval=0.2 if interactive else 5, smoothing=0,
    )  # fmt: skip
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(1 if interactive else 15):
            shown.refresh()

    def progress(amount: float, name: str = "") -> None:
        if name:
            shown.set_postfix_str(name, refresh=False)
        # Sums of costs stray by rounding, and tqdm warns beyond its total.
        shown.update(min(amount, max(total - shown.n, 0)))

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield progress
    finally:
        stop.set()
        ticker.join()
        shown.close()


def say(text: str) -> None:
    """Write a line to standard error, above the bar where one is shown."""
    from tqdm import tqdm

    tqdm.write(text, file=sys.stderr)
