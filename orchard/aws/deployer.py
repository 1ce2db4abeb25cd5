"""Who acts on the local AWS: an IAM user with the policies that `./inv permissions` prints, and no other right.

So every command that passes here passes with them on AWS, as far as the local AWS knows IAM.
"""

import fcntl
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchard.base.config import Settings
from orchard.emulator.credentials import Credentials
from orchard.emulator.options import ACCOUNT
from orchard.emulator.process import LocalAws
from orchard.permissions import published

Client = Callable[[str], Any]


def credentials(found: LocalAws, settings: Settings, client: Client) -> Credentials:
    """Return the key of the project's deployer; the user is made first, or given the policies of today.

    Args:
        found: the emulator.
        settings: project and region count, and what the policies are made from.
        client: makes a client of the account's root.
    """
    name = f"deployer-{settings.project}-{settings.region}"
    wanted = published.managed_policies(settings, ACCOUNT)
    digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
    kept = found.home / name
    lock_file = found.home / f"{name}.lock"
    lock_file.touch(mode=0o600)
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = json.loads(kept.read_text()) if kept.exists() else _make(client("iam"), name)
        if known["digest"] != digest:
            _attach(client("iam"), name, wanted)
            _keep(kept, known | {"digest": digest})
    return Credentials(known["key_id"], known["secret"], found.credentials.token)


def _make(iam: Any, user: str) -> dict[str, str]:
    """Make the user, unless an earlier call came as far as that, and a key."""
    if user not in {known["UserName"] for known in iam.list_users()["Users"]}:
        iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return {"key_id": key["AccessKeyId"], "secret": key["SecretAccessKey"], "digest": ""}


def _attach(iam: Any, user: str, wanted: dict[str, dict[str, Any]]) -> None:
    """Attach the policies in the place of those of before, also where an earlier call broke off."""
    attached = {policy["PolicyArn"] for policy in iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]}
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        if policy["Arn"] in attached:
            iam.detach_user_policy(UserName=user, PolicyArn=policy["Arn"])
        if policy["Arn"] in attached or policy["PolicyName"] in wanted:
            iam.delete_policy(PolicyArn=policy["Arn"])
    for name, document in wanted.items():
        made = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
        iam.attach_user_policy(UserName=user, PolicyArn=made["Policy"]["Arn"])


def _keep(file: Path, known: dict[str, str]) -> None:
    partial = file.with_name(f"{file.name}.partial")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(known))
    partial.replace(file)
