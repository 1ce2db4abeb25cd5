"""Terraform: the page's example, and a cluster by the public module terraform-aws-modules/emr, where it is."""

import json
import os
from pathlib import Path

from attempts import BUCKET, PLACE, attempt, call, tell
from page import example

from orchard.machine import provider
from orchard.machine import terraform as programs

NAMED = "ORCHARD_EMR_MODULE"
SETTINGS = {"CHECKPOINT_DISABLE": "1", **provider.settings(os.environ, provider.cache_folder())}
MODULE = """
provider "aws" {
  s3_use_path_style = true
}

resource "aws_vpc" "this" {
  cidr_block = "10.9.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.9.1.0/24"
}

module "emr" {
  source = %s

  name               = "public"
  release_label      = "emr-7.5.0"
  applications       = ["spark"]
  vpc_id             = aws_vpc.this.id
  ec2_attributes     = { subnet_id = aws_subnet.this.id }
  is_private_cluster = false
  log_uri            = "s3://%s/logs/"
  %s

  keep_job_flow_alive_when_no_steps = true
  termination_protection            = false
}
"""
GROUPS = """
  master_instance_group = { instance_count = 1, instance_type = "m5.xlarge" }
  core_instance_group   = { instance_count = 2, instance_type = "m5.xlarge" }
  task_instance_group   = { instance_count = 1, instance_type = "m5.xlarge", ebs_optimized = true }
"""
FLEETS = """
  master_instance_fleet = { target_on_demand_capacity = 1, instance_type_configs = [{ instance_type = "m5.xlarge" }] }
  core_instance_fleet   = { target_on_demand_capacity = 2, instance_type_configs = [{ instance_type = "m5.xlarge" }] }
"""


def round_trip(name: str, text: str) -> None:
    """Apply, find nothing to change, destroy."""
    place = PLACE / name
    place.mkdir()
    (place / "main.tf").write_text(text)
    words = (programs.find_terraform(), f"-chdir={place}")
    call(*words, "init", "-input=false", **SETTINGS)
    call(*words, "apply", "-auto-approve", "-input=false", **SETTINGS)
    call(*words, "plan", "-detailed-exitcode", "-input=false", **SETTINGS)
    call(*words, "destroy", "-auto-approve", "-input=false", **SETTINGS)


@attempt("the page's example, there and back")
def _() -> None:
    round_trip("page", example("Terraform"))


module = Path(os.environ.get(NAMED) or os.devnull)
for kind, given in (("groups", GROUPS), ("fleets", FLEETS)):
    what = f"terraform-aws-modules/emr with instance {kind}, a second plan that changes nothing, and back"
    if (module / "main.tf").exists():
        attempt(what)(lambda kind=kind, given=given: round_trip(
            kind, MODULE % (json.dumps(str(module.resolve())), BUCKET, given)))  # fmt: skip
    else:
        tell("not tried", what, f"{NAMED} names no directory with the module")
