locals {
  instance_types = jsondecode(file("${path.module}/instance_types.json"))
  instance_type  = try(local.instance_types[var.instance_type], { vcpus = 4, memory_gib = 16, yarn_mib = 12288 })

  # Executors of four cores. 1 GiB a node stays free, for on one of them runs the YARN application master. Of the
  # rest, 55 % is the JVM's heap and 45 % is what Python needs beside it: four workers, each with TensorFlow and its
  # own copy of the model (0.74 GB measured). EMR's own sizing leaves 16 %, and YARN then kills the executors.
  executor_cores     = min(4, local.instance_type.vcpus)
  executors_a_node   = floor(local.instance_type.vcpus / local.executor_cores)
  executor_mib       = floor((local.instance_type.yarn_mib - 1024) / local.executors_a_node)
  executor_heap_mib  = floor(local.executor_mib * 0.55)
  executor_other_mib = local.executor_mib - local.executor_heap_mib

  spark_defaults = {
    "spark.executor.cores"          = tostring(local.executor_cores)
    "spark.executor.memory"         = "${local.executor_heap_mib}m"
    "spark.executor.memoryOverhead" = "${local.executor_other_mib}m"
    "spark.python.worker.reuse"     = "true"
    # Said aloud, because maximizeResourceAllocation otherwise fixes the number of executors at launch.
    "spark.dynamicAllocation.enabled" = "true"
    "spark.pyspark.python"            = local.python
    # In cluster mode (Livy) the driver runs in YARN and reads this one.
    "spark.yarn.appMasterEnv.PYSPARK_PYTHON" = local.python
  }

  configurations = concat(
    [
      { Classification = "spark", Properties = { maximizeResourceAllocation = "true" } },
      { Classification = "spark-defaults", Properties = local.spark_defaults },
      {
        Classification = "spark-env"
        Properties     = {}
        Configurations = [{ Classification = "export", Properties = { PYSPARK_PYTHON = local.python } }]
      },
      # An hour, Livy's default, ends the session of a notebook over lunch; and by default a busy one, too.
      { Classification = "livy-conf", Properties = {
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
