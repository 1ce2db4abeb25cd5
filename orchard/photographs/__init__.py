"""Photographs: from the archive or the user's folder to the bucket, packed or one by one."""
