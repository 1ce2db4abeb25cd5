variable "name" {
  description = "Name of the cluster: the project and the workspace."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,45}[a-z0-9]$", var.name))
    error_message = "A cluster's name has 3 to 47 lower-case letters, digits and hyphens and starts with a letter."
  }
}

variable "notebook" {
  description = "`studio`: ready for EMR Studio. `jupyterhub`: JupyterHub on the primary node as well."
  type        = string
  default     = "studio"

  validation {
    condition     = contains(["studio", "jupyterhub"], var.notebook)
    error_message = "The notebook is `studio` or `jupyterhub`."
  }
  validation {
    condition     = var.notebook == "studio" || !startswith(var.release_label, "emr-spark-")
    error_message = "The emr-spark-* releases have no JupyterHub: use the notebook `studio`, or an emr-7 release."
  }
}

variable "release_label" {
  description = "The EMR release: what software, in which versions."
  type        = string
  default     = "emr-7.13.0"

  validation {
    condition     = can(regex("^emr-(7|spark-8)\\.[0-9]+\\.[0-9]+$", var.release_label))
    error_message = "A release label such as emr-7.13.0 or emr-spark-8.0.0; the jobs need Python 3.11, which came with emr-7."
  }
}

variable "instance_type" {
  description = "Type of the primary, core and task nodes; one of `instance_types.json`."
  type        = string
  default     = "m5.xlarge"

  validation {
    condition     = contains(keys(local.instance_types), var.instance_type)
    error_message = "EMR does not know the instance type, or Orchard has no memory figures for it: choose one of modules/cluster/instance_types.json, such as m5.xlarge, m5.2xlarge or r5.xlarge."
  }
}

variable "core_count" {
  description = "Number of core nodes, beside the one primary node."
  type        = number
  default     = 2

  validation {
    condition     = var.core_count >= 1 && var.core_count <= 50 && floor(var.core_count) == var.core_count
    error_message = "A cluster has 1 to 50 core nodes."
  }
}

variable "task_spot_count" {
  description = "Number of task nodes on the Spot market; 0 for none. They compute and hold no data, so losing one loses work only."
  type        = number
  default     = 0

  validation {
    condition     = var.task_spot_count >= 0 && var.task_spot_count <= 50 && floor(var.task_spot_count) == var.task_spot_count
    error_message = "A cluster has 0 to 50 Spot task nodes."
  }
}

variable "task_spot_bid" {
  description = "The most to pay for a Spot node, USD an hour. Unset: 0.08 a vCPU, which no listed type costs on demand in the EU."
  type        = number
  default     = null

  validation {
    condition     = var.task_spot_bid == null ? true : var.task_spot_bid > 0
    error_message = "A bid is a positive number of USD an hour."
  }
}

variable "managed_scaling_max" {
  description = "Largest number of core and task nodes that EMR may scale to; the core nodes stay, task nodes on Spot come and go. 0 for no managed scaling."
  type        = number
  default     = 0

  validation {
    condition     = var.managed_scaling_max == 0 || (var.managed_scaling_max > var.core_count && var.managed_scaling_max <= 100)
    error_message = "Managed scaling goes up to more nodes than core_count, and to 100 at most; 0 switches it off."
  }
  validation {
    condition     = var.managed_scaling_max == 0 || var.managed_scaling_max >= var.core_count + var.task_spot_count
    error_message = "Managed scaling must allow for the core nodes and the task nodes that the cluster starts with."
  }
}

variable "hub_persistence" {
  description = "JupyterHub keeps its notebooks in the bucket; otherwise they go with the cluster."
  type        = bool
  default     = true
}

variable "idle_timeout" {
  description = "Seconds without work until the cluster ends itself. There is no way to switch it off."
  type        = number
  default     = 3600

  validation {
    condition     = var.idle_timeout >= 60 && var.idle_timeout <= 604800 && floor(var.idle_timeout) == var.idle_timeout
    error_message = "The idle timeout lies between 60 seconds and 7 days (604800)."
  }
}

variable "ebs_gib" {
  description = "Size of each node's data disk, GiB."
  type        = number
  default     = 64

  validation {
    condition     = var.ebs_gib >= 32 && var.ebs_gib <= 1024
    error_message = "A data disk has 32 to 1024 GiB."
  }
}
