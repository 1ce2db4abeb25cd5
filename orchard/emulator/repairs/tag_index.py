"""The tag index (Resource Groups Tagging API) lags, and knows one region: the one that is asked.

moto 5.2.5 resourcegroupstaggingapi/ asks its services at each call. AWS keeps an index beside them, which may list
what is gone for hours, nodes of clusters that have ended among it. And moto tells every region of all buckets of the
account; AWS's tells of those in its region (Resource Groups Tagging API Reference, GetResources). It leaves out
addresses, endpoints and key pairs, which carry tags like the rest of EC2 (not verified: that the index has each).
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any

from moto.core.resource_tagging import TaggedResource, iter_taggable_backends, make_tag_matcher, match_resource_type
from moto.core.responses import BaseResponse
from moto.ec2.models import EC2Backend
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.s3.models import S3Backend, s3_backends

from orchard.emulator.clock import Clock

BUCKET = "arn:aws:s3:::"
LAG = 2 * 3600.0  # emulated seconds; AWS names none
ENDING = ("Delete", "Terminate", "Release")  # what calls that remove something begin with
Seen = dict[str, tuple[TaggedResource, float]]  # by ARN: what was tagged, and when it was last there


def install(clock: Clock) -> None:
    """Look at what is tagged before anything is removed, and list it afterwards for a while."""
    indexes: dict[tuple[str, str], Seen] = defaultdict(dict)

    def look(account: str, region: str) -> list[TaggedResource]:
        now, there = clock.now(), _there(account, region)
        gone = {arn: e for arn, e in indexes[account, region].items() if arn not in there and now - e[1] <= LAG}
        tagged = {arn: (r, now) for arn, r in there.items() if r.tags or r.extra.get("include_untagged")}
        indexes[account, region] = gone | tagged
        return [resource for resource, _ in (gone | tagged).values()]

    def get(
        self: ResourceGroupsTaggingAPIBackend,
        tag_filters: list[dict[str, Any]] | None = None,
        resource_type_filters: list[str] | None = None,
        resource_arn_list: list[str] | None = None,
    ) -> Iterator[TaggedResource]:
        matches = make_tag_matcher(tag_filters)
        for resource in look(self.account_id, self.region_name):
            named = not resource_arn_list or resource.arn in resource_arn_list
            if named and match_resource_type(resource.resource_type, resource_type_filters) and matches(resource.tags):
                yield resource

    ResourceGroupsTaggingAPIBackend._get_resources_generator = get
    call_action, delete_bucket = BaseResponse.call_action, S3Backend.delete_bucket

    def look_then_call(self: BaseResponse) -> Any:
        if (self._get_action() or "").startswith(ENDING):
            look(self.current_account, self.region)
        return call_action(self)

    def look_then_delete(self: S3Backend, bucket_name: str) -> Any:
        look(self.account_id, self.get_bucket(bucket_name).region_name)
        return delete_bucket(self, bucket_name)

    iter_tagged = EC2Backend.iter_tagged_resources

    def more_of_ec2(self: EC2Backend) -> Iterator[TaggedResource]:
        yield from iter_tagged(self)
        for kind, items in (
            ("elastic-ip", self.addresses),
            ("vpc-endpoint", self.vpc_end_points.values()),
            ("key-pair", self.key_pairs.values()),
        ):
            for item in items:
                arn = f"arn:{self.partition}:ec2:{self.region_name}:{self.account_id}:{kind}/{item.id}"
                yield TaggedResource(arn=arn, tags=dict(self.tags.get(item.id, {})), resource_type=f"ec2:{kind}")

    EC2Backend.iter_tagged_resources = more_of_ec2
    BaseResponse.call_action, S3Backend.delete_bucket = look_then_call, look_then_delete


def _there(account: str, region: str) -> dict[str, TaggedResource]:
    """Find what there is now; anew where another request changes a table of moto's meanwhile."""
    while True:
        try:
            buckets = s3_backends[account]["aws"].buckets.values()
            elsewhere = {f"{BUCKET}{bucket.name}" for bucket in buckets if bucket.region_name != region}
            found = chain.from_iterable(b.iter_tagged_resources() for b in iter_taggable_backends(account, region))
            return {r.arn: r for r in found if r.arn not in elsewhere}
        except RuntimeError:
            continue
