"""Notebooks, filled in for a cluster, and a JupyterLab on this machine to run them in."""
