"""Bytes between this machine and S3: many at once, verified, resumed where they were cut off.

Photographs go packed, as Parquet shards of one class each (`orchard.photographs.packed`), or as single objects; jobs
read either. Packed is the default, because requests cost more time than bytes. 7,860 photographs with 20 ms a
request, on two busy cores (benchmarks/bench_upload.py, whole commands): 6.3 s packed, 12.9 s one by one, 8.4 s by
s5cmd, 56 s by `aws s3 sync`; listed and read again by 8 readers in 1.4 s packed, in 52 s one by one.
"""
