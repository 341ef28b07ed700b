"""Genre names of others mapped to the paper's 16 genres, every row with its reason.

``fma.csv`` has the 163 genres of FMA, ``mtg_jamendo.csv`` the 95 genre tags of MTG-Jamendo,
``names.csv`` common names of genres as people's files have them. A row gives a name up to two
genres of Table 1, as the paper gives its subgenres (section 3.1), or none where the 16 have no
counterpart. Spelling does not count: names are compared by `key`.
Book: taxonomies.
"""

from .coverage import count_coverage
from .rows import FILES, Row, find_row, key, loose_key, paper_taxonomy, read_rows

__all__ = [
    "FILES",
    "Row",
    "count_coverage",
    "find_row",
    "key",
    "loose_key",
    "paper_taxonomy",
    "read_rows",
]
