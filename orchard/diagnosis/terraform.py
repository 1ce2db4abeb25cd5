"""Terraform's errors as Orchard's: one line of cause, one of remedy.

Terraform explains errors in paragraphs, for people who wrote the configuration. Ours did not, so the ones that they
can run into are recognised by their text (Terraform 1.11, AWS provider 5.100) and said in terms of what they can do.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from orchard.base.errors import OrchardError
from orchard.diagnosis import failures
from orchard.diagnosis.terraform_events import Transcript


class TerraformError(OrchardError):
    """Terraform failed.

    Attributes:
        text: what Terraform said, whole.
        terraform_exit_code: what it returned.
    """

    def __init__(self, cause: str, remedy: str, text: str = "", terraform_exit_code: int = 1) -> None:
        super().__init__(cause, remedy)
        self.text = text
        self.terraform_exit_code = terraform_exit_code


class _Rule(NamedTuple):
    pattern: str
    cause: str  # {0}, {1}, ... are the pattern's groups
    remedy: str


_CREDENTIALS = "run aws configure (or aws sso login), or set AWS_PROFILE; ./inv doctor shows whose they are"

_RULES = (
    _Rule(
        r"No valid credential sources found|NoCredentialProviders|failed to refresh cached credentials",
        "no AWS credentials were found",
        _CREDENTIALS,
    ),
    _Rule(
        r"(?:api error |Code: ?)(ExpiredToken\w*|RequestExpired)|token included in the request is expired",
        "the AWS credentials have expired",
        "renew them: aws sso login, or aws configure",
    ),
    _Rule(
        r"(InvalidClientTokenId|UnrecognizedClientException|AuthFailure|SignatureDoesNotMatch|InvalidAccessKeyId)",
        "AWS does not accept the credentials ({0})",
        _CREDENTIALS,
    ),
    _Rule(
        r"AWS account ID not allowed: (\d+)",
        "the credentials belong to the account {0}, not to the one that the infrastructure is in",
        "choose the right credentials by AWS_PROFILE",
    ),
    _Rule(
        r"Error acquiring the state lock[\s\S]*?ID: +([\w-]+)",
        "the state is locked: another command is changing the same infrastructure",
        "wait until it has ended; if it has crashed, ./inv tf.unlock --root {root} --lock-id {0}",
    ),
    _Rule(
        r"Error acquiring the state lock",
        "the state is locked: another command is changing the same infrastructure",
        "wait until it has ended and call again",
    ),
    _Rule(
        r"Saved plan is stale",
        "the saved plan is stale: the infrastructure has changed since it was made",
        "make a new one: ./inv tf.plan --root {root}",
    ),
    _Rule(
        r"locked provider \S+ \S+ (?:does not match|.*?checksums)|doesn't match any of the checksums",
        "the AWS provider is not the one in .terraform.lock.hcl",
        "restore terraform/{root}/.terraform.lock.hcl from Git, and look at where the provider comes from",
    ),
    _Rule(
        r"(?:Failed to (?:query available|install) provider|Could not retrieve the list of available versions"
        r"|failed to request discovery document|registry service is unreachable)",
        "the AWS provider of Terraform cannot be reached",
        "check the network, or name a mirror on this machine by ORCHARD_PROVIDER_MIRROR",
    ),
    _Rule(
        r"Unsupported Terraform Core version[\s\S]*?(\d+\.\d+\.\d+)?",
        "this Terraform is too old: Orchard needs 1.10 or later",
        "install a later one, or unset ORCHARD_TERRAFORM to get one from PyPI",
    ),
    _Rule(
        r"(?:Required plugins are not installed|Backend initialization required|Module not installed"
        r"|Missing required provider|Inconsistent dependency lock file)",
        "terraform/{root} has not been initialised for this state",
        "run ./inv tf.init --root {root}",
    ),
    _Rule(
        r"(?:S3 bucket \"([^\"]+)\" does not exist|NoSuchBucket)",
        "the bucket for the state does not exist: {0}",
        "create it, or correct state_bucket in orchard.toml",
    ),
    _Rule(
        r"BucketAlreadyExists|BucketAlreadyOwnedByYou",
        "the bucket's name is taken: S3 names are shared by all accounts",
        "set another bucket in orchard.toml",
    ),
    _Rule(
        r"BucketNotEmpty",
        "the bucket still holds objects, and they are not deleted unasked",
        "download what you need, then ./inv cleanup, which asks before it deletes data",
    ),
    _Rule(
        r"RouteAlreadyExists",
        "another cluster already uses this private subnet",
        "give this one another: ORCHARD_SUBNET_INDEX=1",
    ),
    _Rule(
        r"VcpuLimitExceeded|MaxSpotInstanceCountExceeded|InstanceLimitExceeded",
        "the account's limit on EC2 instances does not allow so many",
        "use fewer or smaller nodes (core_count, instance_type), or raise the quota in the AWS console",
    ),
    _Rule(
        r"not authorized to perform: ([\w-]+:\w+)",
        "the credentials lack a permission: {0}",
        "see docs/security.md for what Orchard needs, or use another AWS_PROFILE",
    ),
    _Rule(
        r"api error (AccessDenied\w*|UnauthorizedOperation)",
        "the credentials lack a permission ({0})",
        "see docs/security.md for what Orchard needs, or use another AWS_PROFILE",
    ),
    _Rule(
        r"dial tcp (\S+): connect: connection refused",
        "nothing answers on {0}",
        "start the target again: ./inv up",
    ),
    _Rule(
        r"(?:no such host|i/o timeout|network is unreachable|TLS handshake timeout)",
        "AWS cannot be reached",
        "check the network and the region",
    ),
    _Rule(
        r"No configuration files|chdir [^:]*: no such file",
        "terraform/{root} is not there",
        "restore it from Git: git checkout terraform",
    ),
)


def translate(transcript: Transcript, code: int, root: str) -> TerraformError:
    """Make the error that says what went wrong.

    Args:
        transcript: what Terraform said.
        code: what it returned.
        root: `foundation` or `cluster`.
    """
    make: Callable[[str, str], TerraformError] = lambda cause, remedy: TerraformError(  # noqa: E731
        cause, remedy, transcript.text, code
    )
    for error in transcript.errors:
        refused = _refused_variable(error)
        if refused:
            return make(*refused)
    for rule in _RULES:
        found = re.search(rule.pattern, transcript.text)
        if found:
            groups = [group or "" for group in found.groups()]
            return make(rule.cause.format(*groups, root=root).strip(), rule.remedy.format(*groups, root=root))
    known = failures.diagnose(transcript.text)  # EMR says in it why a cluster did not start
    if known.id not in failures.GENERIC:
        return make(known.cause, known.remedy)
    first = transcript.errors[0] if transcript.errors else {"summary": f"Terraform ended with code {code}"}
    told = _one_line(f"{first['summary']}: {first.get('detail', '')}".strip(": "))
    where = first.get("address")
    return make(f"{where}: {told}" if where else told, f"./inv --debug tf.plan --root {root} shows more")


def _refused_variable(error: dict[str, Any]) -> tuple[str, str] | None:
    """Recognise our own validations, whose messages say already what is allowed."""
    if error["summary"] not in ("Invalid value for variable", "No value for required variable"):
        return None
    snippet = error.get("snippet") or {}
    passed_on = re.search(r"= *(?:var|local)\.(\w+) *$", snippet.get("code", ""))  # from a root to a module
    tested = {v["traversal"].removeprefix("var."): v["statement"] for v in snippet.get("values") or []}
    variables = {path: said for path, said in tested.items() if not path.startswith("local.")}
    name = passed_on[1] if passed_on else next(iter(variables), "")
    value = variables.get(name) or next(iter(variables.values()), "")
    setting = name.rpartition(".")[2]
    given = f"{setting} = {value.removeprefix('is ')}" if value.startswith("is ") else setting
    why = _one_line(re.split(r"\n\nThis was checked", error.get("detail", ""))[0])
    return (
        f"{given} cannot be used: {why}" if given else why,
        f"change {setting or 'it'} in orchard.toml, or by ORCHARD_{setting.upper() or '...'}",
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
