"""Data in, results out: photographs to the bucket, runs from it, the published archive from the web."""
