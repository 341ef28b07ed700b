"""Numbers in words, as findings say them."""

from collections.abc import Iterable


def of(depths: Iterable[int]) -> str:
    """Depths in words.

    >>> of([34, 50]), of([])
    ('34, 50', 'no depth')
    """
    return ", ".join(map(str, depths)) or "no depth"


def p_words(p: float | None) -> str:
    """A p as text, or that there is none.

    >>> p_words(0.0271), p_words(None)
    ('p = 0.0271', "it can't be computed")
    """
    if p is None or p != p:
        return "it can't be computed"
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.4f}"


def signed(value: float) -> str:
    """A difference with its sign, or that it is not known.

    >>> signed(0.0214), signed(-0.3), signed(float("nan"))
    ('+0.021', '−0.300', 'an unknown amount')
    """
    if value != value:
        return "an unknown amount"
    return f"{value:+.3f}".replace("-", "−")
