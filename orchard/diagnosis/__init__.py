"""What went wrong and what to do about it: every table that turns an error or a log into cause and remedy."""
