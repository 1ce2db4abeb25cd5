"""Data in, results out: photographs to the bucket, runs from it, the published archive from the web.

Photographs stay single objects. Packed as Parquet shards of 16 MB (path, label, content), 7,860 of them took 0.9 s to
pack, 0.4 s to upload and 0.2 s to list and read again, against 12 to 18 s, 2 s and 23 s one by one (benchmarks/
bench_upload.py, 20 ms a request, 32 readers, two busy cores). So a packed form pays in requests; it is not the default
because the jobs read `data/raw/<split>/<class>/<image>`, and two forms of the same photographs in a bucket would need
two code paths there, or a check that they agree. It can come with a job that reads shards only.
"""
