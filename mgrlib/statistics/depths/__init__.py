"""Whether the difference between the scales is the same at every depth (the paper's question 2).

Notebook: 09_every_depth.
"""
