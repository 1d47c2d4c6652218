"""The table of permitted actions by stage and role. After a change that is meant, write it again with:

    .venv/bin/python -m tests.workflows.permitted

and read the difference: it is what people may now do, or may do no more.
"""

from __future__ import annotations

from pathlib import Path

import workflows
from workflows.definition import Process, Role
from workflows.engine import permitted_actions

FOLDER = Path(__file__).parent / "permitted"

SHORT: dict[Role, str] = {
    Role.CASE_MANAGER: "CM",
    Role.TEAM_MANAGER: "TM",
    Role.DECIDING_CHAIR: "DC",
    Role.CSP_MEMBER: "CSP",
    Role.STEERING_MEMBER: "SG",
    Role.INDEPENDENT_CHAIR: "IC",
    Role.PANEL_MEMBER: "PM",
    Role.AGENCY_CONTACT: "AC",
    Role.AGENCY_LEAD: "AL",
    Role.POLICE_LIAISON: "PL",
    Role.COMMUNICATIONS: "CO",
    Role.AUDITOR: "AU",
    Role.ADMINISTRATOR: "AD",
    Role.NOTIFIER: "NO",
    Role.NOTIFIER: "NO",
    Role.PERSON_ASKED: "PA",
}


def file_of(process: Process) -> Path:
    """Where the table of a process is kept."""
    return FOLDER / f"{process.id}.txt"


def table(process: Process) -> str:
    """One block for each stage: a line for each action, a mark for each role that may do it."""
    lines = [
        f"{process.id}: {process.label}",
        "",
        *(f"{short:<4} {str(role).replace('_', ' ')}" for role, short in SHORT.items()),
        "",
        _line("to open a record", ""),
        _line(process.opening.key, process.opening.to or "", process.opening.roles),
    ]
    if process.brings_in:
        lines += ["", _line("to bring in a live review", "")]
        lines += [_line(a.key, a.to or "", a.roles) for a in process.brings_in]
    for stage in process.stages:
        allowed = {role: {a.key for a in permitted_actions(process, stage.key, [role])} for role in Role}
        anyone = [a for a in process.actions if stage.key in a.source]
        lines += ["", _line(f"at {stage.key}{' (final)' if stage.final else ''}", "")]
        for action in anyone:
            roles = frozenset(role for role in Role if action.key in allowed[role])
            lines.append(_line(action.key, "" if action.to in (None, stage.key) else action.to or "", roles))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _line(action: str, to: str, roles: frozenset[Role] | None = None) -> str:
    """Without roles the heads of the columns are printed."""
    marks = (short if roles is None else "x" if role in roles else "." for role, short in SHORT.items())
    first = action if roles is None else f"  {action}{f' > {to}' if to else ''}"
    return f"{first:<56}" + " ".join(f"{mark:<3}" for mark in marks)


def main() -> None:
    """Write every table."""
    FOLDER.mkdir(exist_ok=True)
    for process in workflows.all_processes():
        file_of(process).write_text(table(process), encoding="utf-8")


if __name__ == "__main__":
    main()
