"""Words for the book: text that comes from tags or tables, made safe to show."""

import re
from typing import Any


def escape(text: Any) -> str:
    """`text` so that Markdown and HTML show it as it is, on one line.

    >>> escape("R&B <b>")
    'R\\\\&B \\\\<b\\\\>'
    """
    one_line = " ".join(str(text).split())
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", one_line)


def fixed(value: float, digits: int = 3) -> str:
    """A number with `digits` decimals and a true minus sign.

    >>> fixed(-0.254, 2), fixed(-0.0001)
    ('−0.25', '0.000')
    """
    return f"{value:z.{digits}f}".replace("-", "−")


CAUTION = {
    "synthetic": "Synthetic songs are no evidence about music: they show that the method works.",
    "music": "These songs are music.",
}
"""What the songs of a run are evidence of, by the word that ``study.json`` has for it."""


def caution(evidence: str | None) -> str:
    """What a run's songs are evidence of, as a sentence."""
    return CAUTION.get(evidence, "The run does not record whether its songs are music.")


def numbered(shown: Any, *, name: str, caption: str, alt: str | None = None) -> None:
    """Display a table or a picture that has a number of its own in the book.

    A cell that displays one of them names it in its metadata; this is for cells that
    display several.

    Parameters
    ----------
    shown : DataFrame or Figure
    name : str
        Label, ``tab-…`` or ``fig-…``.
    caption : str
        Markdown; text that comes from tags is escaped.
    alt : str, optional
        What a picture shows, in plain words.
    """
    from IPython.display import display

    kind = "table" if name.startswith("tab-") else "figure"
    words = {"alt": alt} if alt else {}
    display(shown, metadata={"mgrlib": {kind: {"name": name, "caption": caption}, **words}})
