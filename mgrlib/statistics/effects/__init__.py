"""How large an effect is and how well it is known: Cohen's dz, Hedges g, Bayes factor, power.

`published` applies them to the numbers that the paper prints.
Notebook: 08_published_numbers.
"""
