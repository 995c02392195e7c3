"""A job from n8n: what the node's panel held for each item, executed by the runtime.

The node package sends, through n8n's task broker:

    {version, resource, operation, items: [index, …], parameters: {shared by all}, itemParameters: [{own} | null, …],
     binary: [{field: {data, fileName, mimeType}} | null, …], credential: {type, data}, continueOnFail}

and gets back:

    {items: [output item, …], remaining: [index, …], reason: "token" | "deadline" | null,
     failure: {item, message, description, details} | null}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from bitrix_node.credentials import CredentialError, parse_credential
from bitrix_node.definitions import Definitions, UnknownName
from bitrix_node.hosts.job_log import JobLog
from bitrix_node.hosts.runner import TaskFailed
from bitrix_node.portal import Portal
from bitrix_node.runtime.execution import Execution, RunOptions
from bitrix_node.runtime.failures import FailureWriter, carried_out
from bitrix_node.runtime.preparation import ItemInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.definitions import Operation
    from bitrix_node.hosts.runner import TaskContext
    from bitrix_node.runtime.execution import RunResult
    from bitrix_node.runtime.failures import ItemFailure

JOB_VERSION = 1
"""The form of jobs that this runner understands."""

RENEWED_BY_N8N = "bitrix24OAuth2Api"


class _CredentialData(BaseModel):
    type: str
    data: dict[str, Any]


class Job(BaseModel):
    """The settings of a task, as the node package sends them."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)

    version: int
    resource: str
    operation: str
    items: list[int]
    parameters: dict[str, Any] = Field(default_factory=dict)
    item_parameters: list[dict[str, Any] | None] = Field(default_factory=list)
    binary: list[dict[str, Any] | None] = Field(default_factory=list)
    credential: _CredentialData
    continue_on_fail: bool = False

    def inputs(self) -> list[ItemInput]:
        """The items with the parameters of each."""
        return [
            ItemInput(
                index,
                {**self.parameters, **(_entry(self.item_parameters, position) or {})},
                _entry(self.binary, position) or {},
            )
            for position, index in enumerate(self.items)
        ]


async def execute_job(settings: Mapping[str, Any], context: TaskContext) -> dict[str, Any]:
    """Executes a job, as far as its time allows.

    Raises:
        TaskFailed: when the job cannot be understood: another version of the package, or an unknown action.
    """
    job = _read(settings)
    operation = _operation(job)
    try:
        portal = Portal(parse_credential(job.credential.data, job.credential.type).endpoint())
    except CredentialError as error:
        return _refused(job, error)
    options = RunOptions(
        continue_on_fail=job.continue_on_fail,
        strict=False,
        deadline=context.deadline,
        hand_back_tokens=job.credential.type == RENEWED_BY_N8N,
        progress=JobLog(context.task_id, f"{operation.name} of {job.resource}").note,
    )
    async with portal:
        execution = Execution(portal, job.resource, operation, options)
        context.deadline_moved = execution.end_by
        return _result(await execution.run(job.inputs()))


def _read(settings: Mapping[str, Any]) -> Job:
    version = settings.get("version")
    if version != JOB_VERSION:
        raise TaskFailed(
            f"The Bitrix24 runner understands jobs of version {JOB_VERSION}; this one has version {version}",
            "Install the same version of the node package in n8n and of bitrix-node beside it.",
        )
    try:
        return Job.model_validate(settings)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
        raise TaskFailed(f"The Bitrix24 runner cannot read the job ({places})") from None


def _operation(job: Job) -> Operation:
    try:
        return Definitions.packaged().operation(job.resource, job.operation)
    except UnknownName as error:
        raise TaskFailed(
            str(error), "Install the same version of the node package in n8n and of bitrix-node beside it."
        ) from None


def _refused(job: Job, error: CredentialError) -> dict[str, Any]:
    """The credential cannot be used: the same failure for every item."""
    writer = FailureWriter(job.resource, job.operation, frozenset())
    failures = [writer.failure(index, error) for index in job.items]
    items = [failure.as_item() for failure in failures] if job.continue_on_fail else []
    failure = None if job.continue_on_fail or not failures else _failure(failures[0])
    return {"items": items, "remaining": [], "reason": None, "failure": failure}


def _result(result: RunResult) -> dict[str, Any]:
    failure = _failure(result.failure, len(result.done)) if result.failure else None
    items = [] if result.failure else result.items
    return {"items": items, "remaining": result.remaining, "reason": result.reason, "failure": failure}


def _failure(failure: ItemFailure, done: int = 0) -> dict[str, Any]:
    description = " ".join(part for part in (failure.advice, carried_out(done)) if part)
    return {
        "item": failure.item,
        "message": failure.message,
        "description": description,
        "details": failure.details,
    }


def _entry(entries: list[dict[str, Any] | None], position: int) -> dict[str, Any] | None:
    return entries[position] if position < len(entries) else None
