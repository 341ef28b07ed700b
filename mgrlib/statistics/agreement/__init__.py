"""Answers to single songs: where the scales disagree, and which genres are confused.

Notebook: 14_disagreement.
"""
