"""What a data set holds, in numbers that a reader can check, before a network is trained.

Notebook: 01_dataset_audit.
"""

from .labels import label_statistics, rejection_counts, table_1

__all__ = ["label_statistics", "rejection_counts", "table_1"]
