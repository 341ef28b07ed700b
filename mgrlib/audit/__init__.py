"""What a data set holds, in numbers that a reader can check, before a network is trained.

Notebook: 01_dataset_audit.
"""

from .labels import label_statistics, rejection_counts
from .leakage import leakage, split_record
from .verdict import verdict
from .whole import find_pairs, full_audit

__all__ = [
    "find_pairs",
    "full_audit",
    "label_statistics",
    "leakage",
    "rejection_counts",
    "split_record",
    "verdict",
]
