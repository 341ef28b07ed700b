"""What of a genre's score is its prevalence: the null model, and subsets of equal size.

Notebook: 11_prevalence.
"""
