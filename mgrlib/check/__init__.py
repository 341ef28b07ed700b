"""What is wrong with a library of songs, said before hours are spent on it.

All songs are audited, whatever number a study would draw of them. Notebook: 01_dataset_audit.
"""

from .corpus import Check, check_corpus
from .report import as_text

__all__ = ["Check", "as_text", "check_corpus"]
