"""Whom a new list makes us ring: those in greatest need and those whose report is fresh, not everybody."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.imports.rows import Row
from outreach.casework.imports.standing import Standing
from outreach.casework.need import Band
from outreach.foundation import accounts
from outreach.foundation.clock import today
from outreach.foundation.force import current
from outreach.foundation.force.rules import ImportRules
from outreach.foundation.permissions import Actor, Role


def plan(session: Session, actor: Actor, entered: Sequence[tuple[Row, Standing]]) -> None:
    """Plan first attempts by the rule in `content/force.toml`, [imports], where no follow-up is open."""
    rules, since = current().imports, _since(current().imports)
    wanted: dict[int, tuple[Row, Standing]] = {}
    for row, person in entered:
        stands = not person.has_follow_up and not person.facts["deceased_on"] and row.report_id
        if stands and _is_wanted(row.values, person, rules, since):
            wanted.setdefault(person.id, (row, person))
    if not wanted or (assignee_id := _assignee(session, actor)) is None:
        return
    people = [(person.id, Band(person.facts["band"]), assignee_id) for _, person in wanted.values()]
    for follow_up_id, victim_id in follow_ups.plan_first_attempts(session, actor, people):
        wanted[victim_id][0].before.setdefault("follow_ups", []).append(follow_up_id)


def _since(rules: ImportRules) -> str:
    return (today() - timedelta(days=rules.first_attempts_for_days)).isoformat()


def _is_wanted(values: dict[str, Any], person: Standing, rules: ImportRules, since: str) -> bool:
    return person.facts["band"] in rules.first_attempts_for_bands or values.get("reported_on", "") >= since


def _assignee(session: Session, actor: Actor) -> int | None:
    """Whoever commits the list; the first officer for a list that came by the command line."""
    if actor.role is not Role.SYSTEM:
        return actor.id
    return next((account.id for account in accounts.open_with_role(session, Role.OFFICER)), None)
