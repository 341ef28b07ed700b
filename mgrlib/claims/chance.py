"""How much of the ledger chance would give: the claims judged after the scales are exchanged.

If the scales did not differ, the names linear and mel could be exchanged within any genre.
Each genre's are, or not, by the toss of a coin, at all depths and in all metrics at once, so
that everything but the names stays: how the depths and the metrics of a genre hang together.
Notebook: 07_claims.
"""

import numpy as np
import pandas as pd

from .rules import CLAIMS, judge_claims
from .tables import Tables

COMPARING = tuple(claim for claim in CLAIMS if claim.compares)
"""Claims about which scale is better, for which chance is asked."""


def observed_verdicts(tables: Tables) -> pd.Series:
    """Whether each claim of `COMPARING` that can be judged holds, by its id."""
    findings = judge_claims(tables, claims=COMPARING)
    decided = {name: finding.holds for name, finding in findings.items()
               if finding.holds is not None}  # fmt: skip
    return pd.Series(decided, dtype=bool)


def exchanged_verdicts(
    tables: Tables, *, rng: np.random.Generator, times: int = 200
) -> pd.DataFrame:
    """Whether the same claims would hold, in `times` random exchanges of the scales' names.

    Returns
    -------
    DataFrame of bool
        A row an exchange, a column a claim of `observed_verdicts`.
    """
    genres = tables.metrics["genre"].unique()
    observed = observed_verdicts(tables)
    decided = [claim for claim in COMPARING if claim.id in observed]
    rows = []
    for _ in range(times):
        chosen = genres[rng.random(len(genres)) < 0.5]
        findings = judge_claims(tables.exchange(chosen), claims=decided)
        rows.append({name: bool(finding.holds) for name, finding in findings.items()})
    return pd.DataFrame(rows, columns=[claim.id for claim in decided], dtype=bool)
