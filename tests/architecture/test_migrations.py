"""The stored shape has one history, and the models and the migrations say the same."""

from __future__ import annotations

from alembic.script import ScriptDirectory

from dardr.storage import migrate
from dardr.storage.engine import make_engine


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(migrate.migrations_folder()))


def test_there_is_one_head_and_it_is_the_one_on_file() -> None:
    """Two people adding a migration at once both edit ``.current-head``, so the second one finds out."""
    heads = _scripts().get_heads()
    recorded = (migrate.migrations_folder() / ".current-head").read_text(encoding="utf-8").strip()
    assert heads == [recorded], f"Heads {heads}, but migrations/.current-head says {recorded!r}."


def test_migrations_are_numbered_in_order() -> None:
    revisions = [script.revision for script in reversed(list(_scripts().walk_revisions()))]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]


def test_an_empty_database_comes_up_to_the_newest_migration(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    engine = make_engine(empty_database_url)
    try:
        assert migrate.current(engine) == migrate.head()
    finally:
        engine.dispose()


def test_models_and_migrations_agree(database_url: str) -> None:
    assert migrate.differences(database_url) == []
