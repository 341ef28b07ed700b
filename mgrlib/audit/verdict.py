"""What is fine about a data set and what should worry a reader, in sentences with numbers.

Notebook: 01_dataset_audit.
"""


def verdict(audit: dict) -> dict:
    """Sentences on an audit.

    Parameters
    ----------
    audit : dict
        Content of ``audit.json``, any part of which may be missing.

    Returns
    -------
    dict
        ``summary``, one sentence, and the lists of sentences ``fine`` and ``worry``.
    """
    fine: list[str] = []
    worry: list[str] = []
    return {"summary": f"{len(fine)} points are fine, {len(worry)} are to be kept in mind.",
            "fine": fine, "worry": worry}  # fmt: skip
