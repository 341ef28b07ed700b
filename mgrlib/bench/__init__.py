"""Speed as ratios: ours against a named baseline, in turns, in one run (``make bench``).

Machines differ and are busy with other things, so a time says little and a ratio of two
times that were taken in turns says much. Writes ``runs/bench/bench.json``, a list of
``{name, ours, baseline, baseline_name, ratio, unit, goal}``; ratio = baseline / ours.
"""
