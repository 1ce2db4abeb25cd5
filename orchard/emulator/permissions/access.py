"""What passes between the steps of a decision: an access, a principal, a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CALLER = "orchard.principal"  # in a request's environment, once it is known who sent it

Document = Mapping[str, Any]  # a policy, parsed from its JSON
Context = Mapping[str, tuple[str, ...]]  # condition key, in lower case -> the request's values for it


@dataclass(frozen=True)
class Access:
    """One thing that a request needs; a request may need several, and all must be allowed.

    Attributes:
        action: as in `s3:PutObject`, spelled as the Service Authorization Reference does.
        resource: the ARN it acts on; `*` for actions without resource types.
        context: values of the condition keys that this action on this resource has, tags of request and resource
            among them. Keys in lower case, without what is the principal's or the whole request's. A key without
            a value is not there.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Principal:
    """Who asks.

    Attributes:
        arn: as GetCallerIdentity tells it: `arn:aws:iam::123456789012:user/ann`,
            `arn:aws:sts::123456789012:assumed-role/name/session`, `arn:aws:iam::123456789012:root`.
        account: 12 digits.
        role: ARN of the role behind a session, by which policies name it; None for others.
        identity: name -> document, of every policy that is attached to them or their groups, inline ones included.
        boundary: the permission boundary; None for none.
        session: the policies that a session was narrowed down by; None for none.
        context: values of the condition keys that say who they are (`aws:principalarn`, `aws:userid` ...).
    """

    arn: str
    account: str
    role: str | None = None
    identity: Mapping[str, Document] = field(default_factory=dict)
    boundary: Document | None = None
    session: tuple[Document, ...] | None = None
    context: Context = field(default_factory=dict)

    @property
    def is_root(self) -> bool:
        """Whether this is the account itself, to whom identity policies do not apply."""
        return self.arn.endswith(":root")


@dataclass(frozen=True)
class Verdict:
    """Whether an access is allowed, and on what account.

    Attributes:
        allowed: the answer.
        reason: for a refusal, the end of AWS's sentence: `because no identity-based policy allows the s3:PutObject
            action` or `with an explicit deny in a resource-based policy`.
        decided_by: names of the policies whose statements decided, as `orchard-eu-only/DenyOutsideTheEu`.
    """

    allowed: bool
    reason: str = ""
    decided_by: tuple[str, ...] = ()


class DeniedError(Exception):
    """Somebody may not do something; the text is AWS's."""

    def __init__(self, principal: Principal, access: Access, verdict: Verdict) -> None:
        on = f" on resource: {access.resource}" if access.resource != "*" else ""
        super().__init__(
            f"User: {principal.arn} is not authorized to perform: {access.action}{on} {verdict.reason}".strip()
        )
        self.principal, self.access, self.verdict = principal, access, verdict


class UnknownConditionError(Exception):
    """A policy asks for a condition key or an operator that the local AWS has no values for: neither yes nor no."""
