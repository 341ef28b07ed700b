"""Networks that a run keeps and what they are used for.

A study writes them (`keeping`) with a card (`model_card`); `kept` says what a file holds and
reads it; `predict` asks them for the genres of a song, and `explain` where in the spectrogram
a genre was found (`gradcam`).
"""
