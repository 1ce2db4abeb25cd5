"""AWS Budgets: changes in place, subscribers and tags.

moto 5.2.5 budgets/responses.py has no UpdateBudget, no way to read or change the subscribers of a notification, and
drops the tags. The AWS provider reads all of them back after it has made a budget.
"""

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget, Notification
from moto.budgets.responses import BudgetsResponse
from moto.core.utils import unix_time


def install() -> None:
    """Add the operations."""
    create_budget = BudgetsResponse.create_budget

    def create_with_tags(self: BudgetsResponse) -> str:
        answer = create_budget(self)
        _budget(self, self._get_param("Budget")["BudgetName"]).resource_tags = self._get_param("ResourceTags", [])
        return answer

    BudgetsResponse.create_budget = create_with_tags
    for operation in (
        update_budget,
        update_notification,
        describe_subscribers_for_notification,
        create_subscriber,
        delete_subscriber,
        list_tags_for_resource,
        tag_resource,
        untag_resource,
    ):
        setattr(BudgetsResponse, operation.__name__, operation)


def update_budget(self: BudgetsResponse) -> str:
    """UpdateBudget: replace what is given, keep the rest."""
    new = self._get_param("NewBudget")
    _budget(self, new["BudgetName"]).budget.update(new | {"LastUpdatedTime": unix_time()})
    return json.dumps({})


def update_notification(self: BudgetsResponse) -> str:
    """UpdateNotification: the same subscribers under new details."""
    _notification(self, "OldNotification").details = self._get_param("NewNotification")
    return json.dumps({})


def describe_subscribers_for_notification(self: BudgetsResponse) -> str:
    """DescribeSubscribersForNotification."""
    return json.dumps({"Subscribers": _notification(self).subscribers})


def create_subscriber(self: BudgetsResponse) -> str:
    """CreateSubscriber."""
    _notification(self).subscribers.append(self._get_param("Subscriber"))
    return json.dumps({})


def delete_subscriber(self: BudgetsResponse) -> str:
    """DeleteSubscriber."""
    found = _notification(self)
    found.subscribers = [s for s in found.subscribers if s != self._get_param("Subscriber")]
    return json.dumps({})


def list_tags_for_resource(self: BudgetsResponse) -> str:
    """ListTagsForResource."""
    return json.dumps({"ResourceTags": _by_arn(self).resource_tags})


def tag_resource(self: BudgetsResponse) -> str:
    """TagResource."""
    found, new = _by_arn(self), self._get_param("ResourceTags")
    keys = {tag["Key"] for tag in new}
    found.resource_tags = [tag for tag in found.resource_tags if tag["Key"] not in keys] + new
    return json.dumps({})


def untag_resource(self: BudgetsResponse) -> str:
    """UntagResource."""
    found, keys = _by_arn(self), self._get_param("ResourceTagKeys")
    found.resource_tags = [tag for tag in found.resource_tags if tag["Key"] not in keys]
    return json.dumps({})


def _budget(request: BudgetsResponse, name: str, account: str | None = None) -> Budget:
    known: dict[str, Any] = request.backend.budgets[account or request._get_param("AccountId")]
    if name not in known:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return known[name]


def _by_arn(request: BudgetsResponse) -> Budget:
    account, name = request._get_param("ResourceARN").split(":", 5)[4:]
    return _budget(request, name.removeprefix("budget/"), account)


def _notification(request: BudgetsResponse, parameter: str = "Notification") -> Notification:
    wanted = request._get_param(parameter)
    for found in _budget(request, request._get_param("BudgetName")).notifications:
        if all(found.details.get(name) == value for name, value in wanted.items()):
            return found
    raise NotFoundException("Unable to get subscribers - the notification doesn't exist.")
