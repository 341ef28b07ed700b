"""The claims of the paper, one by one: text, rule, what a run shows, and a verdict.

Conventions: the rules (`rules`) were written before any result was looked at, and are the
same for every run; a difference is linear minus mel; tests are two-sided at the level 0.05.
A claim that can't be judged says why and never raises.

`finding` says what a claim and a finding are, `tables` prepares the results, `depths`,
`genres` and `pairs` judge the claims on Figures 3 to 6, 7 to 9 and 10, `rules` lists them,
`report` puts them into words, and `chance` asks how many would agree if the scales did not
differ.
Notebook: 07_claims.
"""

from .chance import COMPARING, exchanged_verdicts, observed_verdicts
from .finding import UNDECIDED, VERDICTS, Claim, Finding, verdict
from .report import (
    NOISE_WORDS,
    as_html,
    claim_tables,
    claim_text,
    count_verdicts,
    ledger_table,
    named_tables,
    table_references,
)
from .rules import CLAIMS, judge_claims, ledger
from .tables import Tables

__all__ = [
    "CLAIMS",
    "COMPARING",
    "NOISE_WORDS",
    "UNDECIDED",
    "VERDICTS",
    "Claim",
    "Finding",
    "Tables",
    "as_html",
    "claim_tables",
    "claim_text",
    "count_verdicts",
    "exchanged_verdicts",
    "judge_claims",
    "ledger",
    "ledger_table",
    "named_tables",
    "observed_verdicts",
    "table_references",
    "verdict",
]
