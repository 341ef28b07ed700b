"""Which effect a study of so many genres, songs and repeats would show, by simulation.

`variances` takes a run's differences apart, `simulation` draws studies from the parts, and
`words` says what they show.
Notebook: 15_power.
"""
