"""Livy of the local AWS: the REST API through which notebooks work on a cluster, with sessions that really run.

Apache Livy itself is a Java program that no package index in use here carries, so this serves the same API (Livy
0.8, REST API, "Interactive sessions") to the same clients: sparkmagic, the kernel of EMR Studio and of JupyterHub on
EMR, works with it as it is. A session is a Spark driver like a step's, with the same buckets under `s3://`.
"""
