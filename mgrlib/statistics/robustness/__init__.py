"""Ten tests of the same difference, side by side, each with a verdict in the same words.

Notebook: 10_robustness.
"""
