# What Spark asks YARN for, on every instance type; orchard/aws/executors.py works out the same, and a test compares.
locals {
  instance_types = jsondecode(file("${path.module}/instance_types.json"))

  # A client-mode application master takes 512 MiB and 384 beside them. Wherever a vCPU has 4 GiB there is room on a
  # node for a run's and a notebook's, else for one: it must not cost an executor, on whichever node YARN puts it.
  masters_mib = { for name, type in local.instance_types : name => type.memory_gib >= 4 * type.vcpus ? 1792 : 896 }

  # Executors of four cores share the rest. YARN rounds up to 32 MiB (EMR Release Guide, "Task configuration").
  containers = {
    for name, type in local.instance_types : name => {
      cores  = min(4, type.vcpus)
      a_node = floor(type.vcpus / min(4, type.vcpus))
      mib    = floor((type.yarn_mib - local.masters_mib[name]) / floor(type.vcpus / min(4, type.vcpus)) / 32) * 32
    }
  }

  # Beside the JVM's heap Python needs, for each core, a worker with the engine and its own copy of the model: 760 MiB
  # hold TensorFlow's, the larger one, less what workers share. The JVM itself needs 384. 45 % is that or more where a
  # vCPU has 4 GiB. EMR's own sizing leaves 16 %.
  overhead_mib = {
    for name, container in local.containers : name => max(floor(container.mib * 45 / 100), container.cores * 760 + 384)
  }

  executors = {
    for name, container in local.containers : name => {
      cores        = container.cores
      a_node       = container.a_node
      heap_mib     = container.mib - local.overhead_mib[name]
      overhead_mib = local.overhead_mib[name]
      # The driver is on the primary node, beside EMR's own services: a quarter of its memory, and no more than it needs.
      driver_mib = min(8192, local.instance_types[name].memory_gib * 256)
    }
  }

  # A type that is not there is refused by the variable's validation, which needs a plan to speak.
  instance_type = try(local.instance_types[var.instance_type], local.instance_types["m5.xlarge"])
  executor      = try(local.executors[var.instance_type], local.executors["m5.xlarge"])
}
