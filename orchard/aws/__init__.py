"""AWS as the rest of Orchard sees it: the target, the bucket and its layout, EMR, the scheduler, tags."""
