"""mgrlib: does a mel-scaled spectrogram serve a CNN better than an unscaled one?

An open reproduction of Karpiński & Leszczyński (2025), *Comparison of spectrogram
scaling in multi-label Music Genre Recognition*, as a literate study: songs become
images, images train one binary ResNet a genre, and notebooks read the results.

Importing the package is cheap; heavy libraries are imported where they are used.
"""

__version__ = "0.6.0"
