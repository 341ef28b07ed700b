"""Every pair of a run's scales, and what of linear minus mel is scale and what resolution.

Notebook: 13_scale_or_resolution.
"""
