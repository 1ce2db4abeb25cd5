"""The report: one run as one HTML page that needs nothing else, and its parts for whoever wants to look further.

`read` loads a run from disk, `analysis` computes, `figures` draws; `page` puts them together.
"""
