"""Bringing a database to the version this program needs, and saying plainly when it is not there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from dardr.errors import Conflict
from dardr.storage.engine import make_engine, new_private_file, normal_url

if TYPE_CHECKING:  # Alembic is imported where it works: every command asks for the version, few change it
    from alembic.config import Config


def migrations_folder() -> Path:
    """The installed migrations, or those beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_migrations", package.parent / "migrations"):
        if (folder / "env.py").exists():
            return folder
    raise FileNotFoundError("The migrations folder is missing from this installation. Install dardr again.")


def _config(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["url"] = normal_url(url)
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Create or bring up to date the tables of the database at ``url``; a SQLite file is made for its owner alone."""
    new_private_file(url)
    from alembic import command

    command.upgrade(_config(url), revision)


def head() -> str:
    """The revision this program needs."""
    return (migrations_folder() / ".current-head").read_text(encoding="utf-8").strip()


def known_revisions() -> frozenset[str]:
    """Every revision this program can bring up to date."""
    from alembic.script import ScriptDirectory

    return frozenset(s.revision for s in ScriptDirectory.from_config(_config("sqlite://")).walk_revisions())


def current(engine: sa.Engine) -> str | None:
    """The revision of a database, or None where it has never been set up."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def require_current(engine: sa.Engine) -> None:
    """Refuse to work on a database of another version. Raises Conflict with what to do."""
    found, needed = current(engine), head()
    if found == needed:
        return
    if found is None:
        raise Conflict("This database has not been set up. Run: dardr db upgrade")
    if found in known_revisions():
        raise Conflict(
            f"This database is of an older version ({found}; this program needs {needed}). "
            "Make a copy of it, then run: dardr db upgrade"
        )
    raise Conflict(
        f"This database was set up by a newer dardr (version {found}; this program knows {needed}). "
        "Install that version."
    )


def ours(_item: object, name: str | None, *_more: object) -> bool:
    """True for what the models describe: all but the search index, which each database has in a way of its own."""
    return not (name or "").startswith("search_words")


def differences(url: str) -> list[str]:
    """How the tables differ from the models; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from dardr.storage.tables import metadata

    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
            return [str(change) for change in compare_metadata(context, metadata)]
    finally:
        engine.dispose()
