# Made by ./inv check.docs --write from orchard/aws/layout.py; to be changed there.
locals {
  # Of the results, by the jobs' names. Cluster nodes may write there.
  results = {
    canary   = "data/canary/"   # a folder a shape of clusters: whether clusters like this one have what a run needs
    features = "data/features/" # a folder a run: 1,280 numbers a photograph, and the photographs that could not be read
    pca      = "data/pca/"      # a folder a run: scores, explained variance, and a model that Spark loads
  }

  prefixes = {
    raw        = "data/raw/"              # photographs as single objects: `<split>/<class>/<image>`
    packed     = "data/packed/"           # photographs as shards, `<split>/<class>/part-<number>.parquet`, and a manifest a split
    runs       = "data/runs/"             # a folder a run: its record, with what it cost
    jobs       = "jobs/"                  # a folder a code hash: what nodes install, the jobs, the weights
    logs       = "logs/"                  # cluster and step logs, written by EMR
    workspaces = "emr-studio-workspaces/" # notebooks of EMR Studio
    notebooks  = "notebooks/"             # notebooks as Orchard ships them
    jupyter    = "jupyter/"               # JupyterHub's notebooks; EMR fixes this name
  }
}
