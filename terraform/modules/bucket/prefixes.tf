locals {
  # The layout that the control plane, the jobs, EMR and EMR Studio agree on.
  prefixes = {
    raw        = "data/raw/"              # photographs: <split>/<class>/<image>.jpg; packed ones are in data/packed/
    features   = "data/features/"         # one folder a run
    pca        = "data/pca/"              # one folder a run
    jobs       = "jobs/"                  # one folder a code hash
    logs       = "logs/"                  # cluster and step logs, written by EMR
    workspaces = "emr-studio-workspaces/" # notebooks of EMR Studio
    notebooks  = "notebooks/"             # notebooks as Orchard ships them
    jupyter    = "jupyter/"               # JupyterHub's notebooks; EMR fixes this name
  }
}
