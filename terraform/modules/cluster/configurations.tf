locals {
  # Nothing in here depends on how many nodes there are: EMR takes no other configurations for a cluster that stands, so
  # that a change of their number would replace it.
  spark_defaults = {
    "spark.executor.cores"          = tostring(local.executor.cores)
    "spark.executor.memory"         = "${local.executor.heap_mib}m"
    "spark.executor.memoryOverhead" = "${local.executor.overhead_mib}m"
    "spark.python.worker.reuse"     = "true"
    # Sessions of notebooks give back what they do not use; steps say how many executors they start with.
    "spark.dynamicAllocation.enabled" = "true"
    # The driver is on the primary node, which has nothing else to do; in YARN it would take an executor's place.
    "spark.submit.deployMode"      = "client"
    "spark.driver.memory"          = "${local.executor.driver_mib}m"
    "spark.yarn.am.memory"         = "512m"
    "spark.yarn.am.memoryOverhead" = "384m"
    # Whoever puts a driver into YARN all the same has it run once: a second attempt would repeat what failed.
    "spark.yarn.maxAppAttempts"              = "1"
    "spark.pyspark.python"                   = local.python
    "spark.yarn.appMasterEnv.PYSPARK_PYTHON" = local.python
  }

  configurations = concat(
    [
      { Classification = "spark-defaults", Properties = local.spark_defaults },
      {
        Classification = "spark-env"
        Properties     = {}
        Configurations = [{ Classification = "export", Properties = { PYSPARK_PYTHON = local.python } }]
      },
      # By default a tenth of the memory is for application masters: on one small node a single one, so that a step would
      # wait for as long as a notebook is open.
      { Classification = "capacity-scheduler", Properties = {
        "yarn.scheduler.capacity.maximum-am-resource-percent" = "0.5"
      } },
      # An hour, Livy's default, ends the session of a notebook over lunch; and by default a busy one, too.
      { Classification = "livy-conf", Properties = {
        "livy.spark.deploy-mode"                      = "client"
        "livy.server.session.timeout"                 = "2h"
        "livy.server.session.timeout-check.skip-busy" = "true"
      } },
    ],
    var.notebook == "jupyterhub" && var.hub_persistence ? [
      { Classification = "jupyter-s3-conf", Properties = {
        "s3.persistence.enabled" = "true"
        "s3.persistence.bucket"  = var.bucket
      } },
    ] : [],
  )
}
