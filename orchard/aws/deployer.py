"""Who acts on the local AWS: an IAM user with the policies that `./inv permissions` prints, and no other right.

So every command that passes here passes with them on AWS, as far as the local AWS knows IAM.
"""

import fcntl
import hashlib
import json
from collections.abc import Callable
from typing import Any

from orchard.base.config import Settings
from orchard.emulator.credentials import Credentials
from orchard.emulator.options import ACCOUNT
from orchard.emulator.process import LocalAws

Client = Callable[[str], Any]


def credentials(found: LocalAws, settings: Settings, client: Client) -> Credentials:
    """Return the key of the project's deployer; the user is made first, or given the policies of today.

    Args:
        found: the emulator.
        settings: project and region count, and what the policies are made from.
        client: makes a client of the account's root.
    """
    name = f"deployer-{settings.project}-{settings.region}"
    wanted = permissions.documents(settings, ACCOUNT)
    digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
    kept = found.home / name
    with (found.home / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            iam = client("iam")
            iam.create_user(UserName=name)
            key = iam.create_access_key(UserName=name)["AccessKey"]
            known = {"key_id": key["AccessKeyId"], "secret": key["SecretAccessKey"], "digest": ""}
        else:
            known = json.loads(kept.read_text())
        if known["digest"] != digest:
            _attach(client("iam"), name, wanted)
            kept.touch(mode=0o600)
            kept.write_text(json.dumps(known | {"digest": digest}))
    return Credentials(known["key_id"], known["secret"], found.credentials.token)


def _attach(iam: Any, user: str, wanted: dict[str, list[dict[str, Any]]]) -> None:
    for attached in iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=user, PolicyArn=attached["PolicyArn"])
        iam.delete_policy(PolicyArn=attached["PolicyArn"])
    for part, documents in wanted.items():
        for number, document in enumerate(documents, 1):
            made = iam.create_policy(PolicyName=f"{user}-{part}-{number}", PolicyDocument=json.dumps(document))
            iam.attach_user_policy(UserName=user, PolicyArn=made["Policy"]["Arn"])
