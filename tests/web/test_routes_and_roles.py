"""Every route, every role, and what each gets: the checked-in table is what the application does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web import routes_and_roles as table


@pytest.mark.slow
def test_every_route_gives_every_role_what_the_table_says(sqlite_url: str, tmp_path: Path) -> None:
    found = table.rows(table.a_world(sqlite_url, tmp_path))
    faults = {name: statuses for name, statuses in found.items() if max(statuses) >= 500}
    assert faults == {}
    assert table.written(found) == table.TABLE.read_text(encoding="utf-8"), (
        "Somebody may now open or send something else than before. If that is meant, run: "
        "python -m tests.web.routes_and_roles"
    )


def test_the_table_has_a_column_for_every_role() -> None:
    from workflows.authority import GIVEN_ROLES

    assert {str(role) for role in GIVEN_ROLES} <= set(table.PEOPLE.values())
