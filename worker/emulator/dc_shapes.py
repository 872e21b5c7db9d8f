"""Jira Data Center's own ways to write what Cloud writes differently: a sprint inside an issue is the text its class
prints. Source: Atlassian, Jira Data Center REST API v2, ``Sprint`` field (com.atlassian.greenhopper.service.sprint)."""

from __future__ import annotations

from datetime import datetime

from worker.emulator.model import Sprint


def sprint_in_issue(one: Sprint) -> str:
    """Return a sprint as the Sprint field of an issue prints it; times that are not yet known are ``<null>``."""
    parts = {
        "id": one.id,
        "rapidViewId": one.board_id,
        "state": one.state.upper(),
        "name": one.name,
        "startDate": _moment(one.start),
        "endDate": _moment(one.end),
        "completeDate": _moment(one.completed),
        "activatedDate": _moment(one.start if one.state != "future" else None),
        "sequence": one.id,
        "goal": one.goal,
    }
    inside = ",".join(f"{name}={value}" for name, value in parts.items())
    return f"com.atlassian.greenhopper.service.sprint.Sprint@{one.id:x}[{inside}]"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z" if at else "<null>"
