"""The documentation as a site: the pages, made ready for MkDocs, and the call that builds it."""
