"""From RunJobFlow's members to a cluster in moto's tables, with its groups or fleets, before it begins to live."""

from typing import TYPE_CHECKING, Any

from orchard.emulator.emr import instance_rules, policies, releases, tags
from orchard.emulator.emr.cluster import ManagedCluster
from orchard.emulator.emr.policies import AUTO_TERMINATION, MANAGED_SCALING

if TYPE_CHECKING:
    from orchard.emulator.emr.backend import EmrBackend

# RunJobFlow member -> argument of moto's Cluster, and of its instance attributes.
TOLD = {
    "Name": "name",
    "LogUri": "log_uri",
    "JobFlowRole": "job_flow_role",
    "ServiceRole": "service_role",
    "AutoScalingRole": "auto_scaling_role",
    "EbsRootVolumeIops": "ebs_root_volume_iops",
    "EbsRootVolumeSize": "ebs_root_volume_size",
    "EbsRootVolumeThroughput": "ebs_root_volume_throughput",
    "ReleaseLabel": "release_label",
    "CustomAmiId": "custom_ami_id",
    "SecurityConfiguration": "security_configuration",
    "Configurations": "configurations",
}
OF_INSTANCES = {
    "Ec2KeyName": "ec2_key_name",
    "Ec2SubnetId": "ec2_subnet_id",
    "HadoopVersion": "hadoop_version",
    "EmrManagedMasterSecurityGroup": "emr_managed_master_security_group",
    "EmrManagedSlaveSecurityGroup": "emr_managed_slave_security_group",
    "ServiceAccessSecurityGroup": "service_access_security_group",
}
# RunJobFlow member -> attribute of the cluster, for what moto drops.
KEPT = {
    "ScaleDownBehavior": "scale_down_behavior",
    "OSReleaseLabel": "os_release_label",
    "LogEncryptionKmsKeyId": "log_encryption_kms_key_id",
    "PlacementGroupConfigs": "placement_groups",
}


def register(backend: "EmrBackend", fields: dict[str, Any]) -> ManagedCluster:
    """Make a cluster in STARTING from members that `validation.check_cluster` has passed."""
    cluster = backend.run_job_flow(**_arguments(backend, fields))
    cluster.asked_instances = fields["Instances"]
    try:
        _complete(backend, cluster, fields)
    except Exception:
        backend.forget(cluster)  # a refused request leaves nothing
        raise
    return cluster


def _arguments(backend: "EmrBackend", fields: dict[str, Any]) -> dict[str, Any]:
    instances = dict(fields["Instances"])
    if subnets := instances.get("Ec2SubnetIds"):
        instances["Ec2SubnetId"] = subnets[0]  # EMR takes the one with the best prices and most capacity
    zone = instances.get("Placement", {}).get("AvailabilityZone") or f"{backend.region_name}a"
    if number := instances.get("Ec2SubnetId"):
        zone = backend.ec2_backend.get_subnet(number).availability_zone
    return {
        **{name: fields.get(member) for member, name in TOLD.items()},
        "kerberos_attributes": fields.get("KerberosAttributes", {}),
        "step_concurrency_level": fields.get("StepConcurrencyLevel") or 1,
        "visible_to_all_users": fields.get("VisibleToAllUsers", False),
        "steps": fields.get("Steps", []),
        "bootstrap_actions": [_bootstrap_action(action) for action in fields.get("BootstrapActions", [])],
        "instance_attrs": {
            **{name: instances.get(member) for member, name in OF_INSTANCES.items()},
            "availability_zone": zone,
            "keep_job_flow_alive_when_no_steps": instances.get("KeepJobFlowAliveWhenNoSteps", False),
            "termination_protected": instances.get("TerminationProtected", False),
            "additional_master_security_groups": instances.get("AdditionalMasterSecurityGroups", []),
            "additional_slave_security_groups": instances.get("AdditionalSlaveSecurityGroups", []),
        },
    }


def _bootstrap_action(action: dict[str, Any]) -> dict[str, Any]:
    script = action["ScriptBootstrapAction"]
    return {
        "name": action["Name"],
        "script_bootstrap_action": {"path": script.get("Path"), "args": script.get("Args", [])},
    }


def _complete(backend: "EmrBackend", cluster: ManagedCluster, fields: dict[str, Any]) -> None:
    instances = fields["Instances"]
    for member, attribute in KEPT.items():
        if fields.get(member) is not None:
            setattr(cluster, attribute, fields[member])
    cluster.unhealthy_node_replacement = instances.get("UnhealthyNodeReplacement", False)
    cluster.requested_subnets = tuple(instances.get("Ec2SubnetIds", []))
    asked = [application["Name"] for application in fields.get("Applications", [])]
    cluster.applications = releases.installed(fields["ReleaseLabel"], asked)
    cluster.add_tags(tags.checked(fields.get("Tags", [])))
    backend.capacity.add_groups(cluster, instance_rules.as_groups(instances))
    for fleet in instances.get("InstanceFleets", []):
        backend.capacity.add_fleet(cluster, fleet)
    for kind in (AUTO_TERMINATION, MANAGED_SCALING):
        if fields.get(kind):
            policies.put(backend, cluster.id, kind, fields[kind])
