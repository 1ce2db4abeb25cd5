"""What every room stands on: errors, settings, durations, progress. It imports no other room."""
