"""Data in, results out: photographs to the bucket, runs from it, the published archive from the web.

Photographs go packed, as Parquet shards of one class each (`orchard.transfer.packed`), or as single objects; jobs read
either. Packed is the default, because requests cost more time than bytes: benchmarks/bench_upload.py measures it.
"""
