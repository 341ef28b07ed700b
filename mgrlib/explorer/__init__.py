"""Explorers: spectrograms to look at while they sound, in a page and in JupyterLab."""
