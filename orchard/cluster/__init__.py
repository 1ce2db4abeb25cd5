"""One cluster: how it comes and goes, what state it is in, and the ways into it."""
