"""Running the web application under gunicorn: threads in one process on SQLite, several processes on PostgreSQL."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from dardr.long_running import keep_what_is_loaded
from dardr.settings import Settings
from dardr.storage.engine import Database
from dardr.web.app import create_app
from dardr.web.secret_paths import ServerLog

THREADS = 8


class _Server(BaseApplication):
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        assert self.cfg is not None
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._app


def serve(
    database: Database,
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 8000,
    threads: int = THREADS,
    *,
    workers: int = 1,
    quiet: bool = False,
) -> None:
    """Serve until told to stop. ``workers`` above one need PostgreSQL: SQLite has one writer and one process here."""
    if not database.url.startswith("postgresql"):
        workers = 1
    app = create_app(database, settings)
    database.close()  # each process opens its own connections after the fork
    keep_what_is_loaded()
    _Server(
        app,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": threads,
            "control_socket_disable": True,
            "accesslog": None,
            "logger_class": ServerLog,
            "loglevel": "warning" if quiet else "info",
            "timeout": 120,
            "graceful_timeout": 20,
            "worker_tmp_dir": None,
            "proc_name": "dardr-web",
        },
    ).run()
