"""The Resource Groups Tagging API: buckets of the region that is asked, and no others.

moto 5.2.5 resourcegroupstaggingapi/models.py tells every region of all buckets of the account. AWS's tells of what is
in its region (Resource Groups Tagging API Reference, GetResources).
"""

from collections.abc import Iterator
from typing import Any

from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend, TaggedResource
from moto.s3.models import s3_backends

BUCKET = "arn:aws:s3:::"


def install() -> None:
    """Leave out the others."""
    every = ResourceGroupsTaggingAPIBackend._get_resources_generator

    def of_the_region(self: ResourceGroupsTaggingAPIBackend, *args: Any, **kwargs: Any) -> Iterator[TaggedResource]:
        buckets = s3_backends[self.account_id]["aws"].buckets.values()
        here = {bucket.name for bucket in buckets if bucket.region_name == self.region_name}
        for resource in every(self, *args, **kwargs):
            if not resource.arn.startswith(BUCKET) or resource.arn.removeprefix(BUCKET) in here:
                yield resource

    ResourceGroupsTaggingAPIBackend._get_resources_generator = of_the_region
