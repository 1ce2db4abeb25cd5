"""EventBridge Scheduler: what moto drops, and one-time schedules that fire.

moto 5.2.5 scheduler/ keeps schedules and never runs them. CreateSchedule knows no ClientToken: a call that an SDK sends
again, its answer being lost, meets its own schedule (API Reference, CreateSchedule). UpdateSchedule loses
ActionAfterCompletion and, unless it is given, the state; creating a schedule in a group that does not exist is a
KeyError (a 500) instead of ResourceNotFoundException. Fired here are one-time schedules, `at(yyyy-mm-ddThh:mm:ss)`, on
the universal target of EMR's TerminateJobFlows (EventBridge Scheduler User Guide, "Schedule types" and "Using universal
targets").
"""

import json
import logging
import re
import threading
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from moto.emr.exceptions import ValidationException as EmrValidation
from moto.emr.models import emr_backends
from moto.scheduler.exceptions import ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, scheduler_backends
from moto.scheduler.responses import EventBridgeSchedulerResponse
from moto.sqs.models import sqs_backends

from orchard.emulator.clock import Clock
from orchard.emulator.options import ACCOUNT
from orchard.emulator.permissions import acting
from orchard.emulator.permissions.access import Access, DeniedError, Principal
from orchard.emulator.permissions.requests.calls import Call

log = logging.getLogger(__name__)

ONCE = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
ANY_EXPRESSION = re.compile(r"(at|rate|cron)\(.+\)")
TERMINATE = re.compile(r"arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows", re.IGNORECASE)
SERVICE = "scheduler.amazonaws.com"
EVERY = 0.5  # real seconds between two looks at the schedules


def install() -> None:
    """Repair creating and updating."""
    create = EventBridgeSchedulerBackend.create_schedule
    answer_to_create = EventBridgeSchedulerResponse.create_schedule
    update = EventBridgeSchedulerResponse.update_schedule

    def create_schedule(self: EventBridgeSchedulerBackend, **kwargs: Any) -> Schedule:
        if (kwargs["group_name"] or "default") not in self.schedule_groups:
            raise ScheduleGroupNotFound(kwargs["group_name"])
        if not ANY_EXPRESSION.fullmatch(kwargs["schedule_expression"]):
            raise ValidationException(f"Invalid Schedule Expression {kwargs['schedule_expression']}.")
        _check_role(self.region_name, kwargs)
        return create(self, **kwargs)

    def create_once(self: EventBridgeSchedulerResponse) -> str:
        group = self.scheduler_backend.schedule_groups.get(self._get_param("GroupName") or "default")
        name, token = self.uri.split("/")[-1], self._get_param("ClientToken")
        there = group and group.schedules.get(name)
        if there and token and getattr(there, "client_token", None) == token:
            return json.dumps({"ScheduleArn": there.arn})
        answer = answer_to_create(self)
        self.scheduler_backend.get_schedule(self._get_param("GroupName"), name).client_token = token
        return answer

    def update_schedule(self: EventBridgeSchedulerResponse) -> str:
        answer = update(self)
        name = self.uri.split("?")[0].split("/")[-1]
        schedule = self.scheduler_backend.get_schedule(self._get_param("GroupName"), name)
        schedule.action_after_completion = self._get_param("ActionAfterCompletion")
        schedule.state = schedule.state or "ENABLED"
        schedule.fired = False
        return answer

    EventBridgeSchedulerBackend.create_schedule = create_schedule
    EventBridgeSchedulerResponse.create_schedule = create_once
    EventBridgeSchedulerResponse.update_schedule = update_schedule


def _check_role(region: str, asked: dict[str, Any]) -> None:
    """Refuse a role that no schedule could take on (EventBridge Scheduler User Guide, "Set up the execution role")."""
    try:
        acting.assume(asked["target"]["RoleArn"], SERVICE, asked["name"], region, _group(region, asked["group_name"]))
    except DeniedError:
        raise ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        ) from None


def _group(region: str, name: str | None) -> str:
    return f"arn:aws:scheduler:{region}:{ACCOUNT}:schedule-group/{name or 'default'}"


def due(schedule: Schedule, now: float) -> bool:
    """Whether a one-time schedule should fire; `now` in seconds since the epoch."""
    found = ONCE.fullmatch(schedule.schedule_expression)
    if not found or schedule.state != "ENABLED" or getattr(schedule, "fired", False):
        return False
    try:
        zone = ZoneInfo(schedule.schedule_expression_timezone or "UTC")
    except ZoneInfoNotFoundError:
        log.warning("the schedule %s has no time zone that this machine knows", schedule.name)
        return False
    return datetime.fromisoformat(found.group(1)).replace(tzinfo=zone).timestamp() <= now


class Firing:
    """A thread that fires what is due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Cease."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            for region, backend in list(scheduler_backends[ACCOUNT].items()):
                for group in list(backend.schedule_groups.values()):
                    for schedule in list(group.schedules.values()):
                        if due(schedule, self._clock.now()):
                            self._fire(region, group.schedules, schedule)

    def _fire(self, region: str, siblings: dict[str, Schedule], schedule: Schedule) -> None:
        schedule.fired = True
        if TERMINATE.fullmatch(schedule.target["Arn"]):
            self._end_clusters(region, schedule)
        else:
            log.warning("the schedule %s has a target that does nothing here: %s", schedule.name, schedule.target)
        if schedule.action_after_completion == "DELETE":
            siblings.pop(schedule.name, None)

    def _end_clusters(self, region: str, schedule: Schedule) -> None:
        """Call EMR in the schedule's role; what fails has no caller to tell.

        AWS retries, then drops the event or sends it to a queue (EventBridge Scheduler User Guide, "Configuring a
        dead-letter queue"). Here no trouble passes, so the queue has it at once.
        """
        try:
            role = acting.assume(
                schedule.target["RoleArn"], SERVICE, schedule.name, region, _group(region, schedule.group_name)
            )
        except DeniedError as denied:
            log.warning("the schedule %s cannot act: %s", schedule.name, denied)
            return
        try:
            if schedule.kms_key_arn:
                acting.check(role, Access("kms:Decrypt", schedule.kms_key_arn), region)
            ids = json.loads(schedule.target.get("Input") or "{}").get("JobFlowIds", [])
            acting.call(role, Call("emr", region, ACCOUNT, "TerminateJobFlows", {"JobFlowIds": ids}))
            emr_backends[ACCOUNT][region].terminate_job_flows(ids)
        except (EmrValidation, ValueError, DeniedError) as error:
            log.warning("the schedule %s failed: %s", schedule.name, error)
            self._bury(region, schedule.target, role)

    def _bury(self, region: str, target: dict[str, Any], role: Principal) -> None:
        arn = target.get("DeadLetterConfig", {}).get("Arn", "")
        queues, name = sqs_backends[ACCOUNT][region], arn.rpartition(":")[2]
        if name in queues.queues:
            try:
                acting.check(role, Access("sqs:SendMessage", arn), region)
                queues.send_message(name, target.get("Input") or "{}")
            except DeniedError as denied:
                log.warning("an event is lost: %s", denied)
