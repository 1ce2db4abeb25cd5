"""Whether a principal may do something to a resource of their own account.

(IAM User Guide, "Policy evaluation logic".) Organisations' policies and those of VPC endpoints are not here, as the
local AWS has neither; nor are grants of KMS and access lists of S3.
"""

from collections.abc import Iterable
from functools import lru_cache

from orchard.emulator.permissions.access import Access, Context, Document, Principal, UnknownConditionError, Verdict
from orchard.emulator.permissions.policies import policy, reference
from orchard.emulator.permissions.policies.naming import Closeness
from orchard.emulator.permissions.policies.policy import Policy
from orchard.emulator.permissions.policies.statement import Kind, Statement

IDENTITY, RESOURCE, TRUST = "identity-based policy", "resource-based policy", "role trust policy"
BOUNDARY, SESSION = "permissions boundary", "session policy"
KMS, STS = "kms:", "sts:"
Provided = frozenset[str] | reference.Keys


class _Request:
    """One access by one principal, and what the policies that have been asked say to it."""

    def __init__(self, principal: Principal, access: Access, provided: Provided | None) -> None:
        self.principal, self.action, self.resource = principal, access.action, access.resource
        self.context: Context = {**principal.context, **access.context}
        self.provided = provided
        self.denied: dict[str, list[str]] = {}  # kind of policy -> statements
        self.allowed: dict[str, list[str]] = {}
        self.closeness = Closeness.NOT_AT_ALL  # of the resource policy's allows

    def ask(self, kind: str, policies: Iterable[Policy]) -> None:
        """Note which statements of policies of one kind apply."""
        for one in policies:
            for statement in one.about(self.action):
                closeness = statement.named.closeness(self.principal) if statement.named else None
                if closeness is not Closeness.NOT_AT_ALL and self._applies(statement):
                    effects = self.allowed if statement.allows else self.denied
                    effects.setdefault(kind, []).append(statement.name)
                    if closeness is not None and statement.allows:
                        self.closeness = max(self.closeness, closeness)

    def _applies(self, statement: Statement) -> bool:
        self._answer(statement, statement.variables)
        if not statement.is_on(self.resource, self.context):
            return False
        self._answer(statement, statement.keys)
        return statement.holds(self.context)

    def _answer(self, statement: Statement, keys: frozenset[str]) -> None:
        """Hold a statement up that asks for what cannot be known."""
        for key in keys:
            if not self.context.get(key) and key in _unanswerable(statement, self.action, self.provided):
                raise UnknownConditionError(
                    f"{statement.name} asks for {key}, for which the local AWS has no value in {self.action}"
                )

    def verdict(self, *, allowed: bool, reason: str = "") -> Verdict:
        """Return a verdict on account of what has been noted."""
        noted = self.allowed if allowed else self.denied
        return Verdict(allowed, reason, tuple(name for names in noted.values() for name in names))

    def refusal(self, kind: str) -> Verdict:
        """Return the verdict that no policy of a kind allows this."""
        return Verdict(allowed=False, reason=f"because no {kind} allows the {self.action} action")


def decide(
    principal: Principal,
    access: Access,
    resource_policy: tuple[str, Document] | None = None,
    *,
    provided: Provided | None = None,
) -> Verdict:
    """Decide on one access.

    Args:
        principal: who asks. A service has its name as its ARN and no account.
        access: for what. To its context the principal's is added.
        resource_policy: name and document of the resource's own policy: a bucket's; a key's, for KMS's actions; a
            role's trust policy, for STS's.
        provided: names of the condition keys, in lower case, of which the caller knows that a request without them has
            none. Without this, all keys that AWS has for the action are.

    Raises:
        MalformedPolicyError: one of the policies could not have been attached.
        UnknownConditionError: a statement about this action and resource asks for a condition key that AWS has for
            none of the statement's actions, or that is not among `provided`.
    """
    request = _Request(principal, access, provided)
    service = access.action.partition(":")[0] + ":"
    if not principal.is_root:
        request.ask(IDENTITY, (policy.parse(one, name) for name, one in principal.identity.items()))
    own = TRUST if service == STS else RESOURCE
    if resource_policy is not None:
        name, document = resource_policy
        request.ask(own, [policy.parse(document, name, Kind.TRUST if own is TRUST else Kind.RESOURCE)])
    if principal.boundary is not None:
        request.ask(BOUNDARY, [policy.parse(principal.boundary, BOUNDARY)])
    if principal.session is not None:
        request.ask(SESSION, (policy.parse(one, SESSION) for one in principal.session))

    if request.denied:
        return request.verdict(allowed=False, reason=_explicit(next(iter(request.denied))))
    if resource_policy is not None and service in (KMS, STS) and not request.closeness:
        return request.refusal(own)  # keys and roles are nobody's, but for their own policies
    if principal.is_root or request.closeness is Closeness.THEMSELVES:
        return request.verdict(allowed=True)
    if not principal.account:
        return request.refusal(own)
    return _by_all_sides(request, principal)


def _by_all_sides(request: _Request, principal: Principal) -> Verdict:
    """Decide where no resource's policy lets a user or session in by name: what limits their policies must agree.

    A role in a resource's policy stands for a policy of the role; an account says that its own policies decide.
    """
    if IDENTITY not in request.allowed and request.closeness is not Closeness.ROLE:
        return request.refusal(IDENTITY)
    if principal.boundary is not None and BOUNDARY not in request.allowed:
        return request.refusal(BOUNDARY)
    if principal.session is not None and SESSION not in request.allowed:
        return request.refusal(SESSION)
    return request.verdict(allowed=True)


def _explicit(kind: str) -> str:
    """Return the end of AWS's sentence for a Deny; of several kinds of policy it names one, which is not said."""
    article = "the" if kind == TRUST else "an" if kind == IDENTITY else "a"
    return f"with an explicit deny in {article} {kind}"


@lru_cache(maxsize=4096)
def _unanswerable(statement: Statement, action: str, provided: Provided | None) -> frozenset[str]:
    """Return the keys of a statement whose absence in a request for an action means nothing."""
    unknown = reference.unknown_keys(statement)
    if provided is None:
        return unknown
    its = reference.action(action).all_keys
    asked = (key for key in statement.keys if key in its or key in reference.global_keys())
    return unknown.union(key for key in asked if key not in provided)
