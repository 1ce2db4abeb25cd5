"""Is all well? Small checks, each on its own, of this machine, the account and the settings."""
