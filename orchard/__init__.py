"""Orchard's control plane: settings, infrastructure, storage, clusters, costs. Never imports pyspark or tensorflow."""
