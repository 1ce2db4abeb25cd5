locals {
  # In EMR's own spelling: another one shows as a change and replaces the cluster. The emr-spark-* releases carry
  # Hadoop without listing it.
  applications = concat(
    ["JupyterEnterpriseGateway", "Livy", "Spark"],
    startswith(var.release_label, "emr-spark-") ? [] : ["Hadoop"],
    var.notebook == "jupyterhub" ? ["JupyterHub"] : [],
  )

  bootstrap_uri = "s3://${var.bucket}/${var.bootstrap.prefix}"

  # A path of our own: the system's Python belongs to the system.
  python_home = "/opt/orchard/python"
  python      = "${local.python_home}/bin/python3.11"

  bootstrap_actions = concat(
    [{
      name = "install-python-packages"
      path = "${local.bootstrap_uri}bootstrap.sh"
      args = ["${local.bootstrap_uri}requirements.lock", var.bootstrap.requirements_sha256, local.python_home]
    }],
    var.notebook == "jupyterhub" ? [{
      name = "give-jupyterhub-its-region"
      path = "${local.bootstrap_uri}jupyterhub.sh"
      args = [var.region]
    }] : [],
  )
}
