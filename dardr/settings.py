"""Settings from the environment (``DARDR_...``), with embedded defaults for one team on one machine.

Without a database address, a data folder of the user's holds a SQLite file and two keys made on first use
(mode 0600). With PostgreSQL the keys must be given, since several hosts have to share them.

``DARDR_PROXIES`` is the number of trusted web servers between people and this one, whose X-Forwarded-For and
X-Forwarded-Proto are believed; 0 believes nobody's.

``DARDR_LARGEST_FILE`` is in megabytes. ``DARDR_CLAMD`` is where the virus scanner is (``host:port``, or the path of its
socket); ``DARDR_CLAMD_SILENT`` says what becomes of files while it does not answer.

``DARDR_HOLIDAYS_FEED`` is where the published bank holidays are read each night: an https address of GOV.UK's file, or
the path of one; empty: nowhere.

``DARDR_DOOR_DAYS`` is for how many days a link in an e-mail opens the page of somebody without a password.

``DARDR_MAILBOX`` is the mailbox to which answers and returned mail come, or several with spaces between them;
``DARDR_MAILBOX_PASSWORD`` is used where an address in it holds none. Where mailboxes take no password (Microsoft 365),
``DARDR_MAILBOX_TOKEN_URL``, ``_CLIENT_ID``, ``_CLIENT_SECRET`` and ``_SCOPE`` get a token from their provider (OAuth
2.0, client credentials), which signs in to every IMAP mailbox named.
"""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dardr.errors import Conflict


class Settings(BaseSettings):
    """All settings of one process. Every one has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="DARDR_", extra="ignore")

    database_url: str = ""
    secret_key: str = ""
    master_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    mail_from: str = "reviews@localhost"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_connections: int = Field(default=4, ge=1, le=20)
    transport: Literal["smtp", "notify"] = "smtp"
    notify_key: str = ""
    notify_template: str = ""
    notify_reply_to: str = ""
    notify_url: str = "https://api.notifications.service.gov.uk"
    metrics_token: str = ""
    mailbox: str = ""
    mailbox_password: str = ""
    mailbox_token_url: str = ""
    mailbox_client_id: str = ""
    mailbox_client_secret: str = ""
    mailbox_scope: str = "https://outlook.office365.com/.default"
    data_folder: Path = Field(default_factory=lambda: _default_folder())
    proxies: int = Field(default=0, ge=0, le=9)
    holidays_feed: str = ""
    search_documents: bool = True
    largest_file: int = Field(default=50, ge=1, le=500)
    clamd: str = ""
    clamd_silent: Literal["refuse", "keep"] = "refuse"
    door_days: int = Field(default=7, ge=1, le=30)
    second_factor: Literal["required", "offered"] = "required"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = "your work account"
    oidc_roles_claim: str = "roles"
    oidc_roles: str = ""
    oidc_trust_email: bool = False
    oidc_second_factor: Literal["here", "provider"] = "here"
    now: str = ""

    @property
    def url(self) -> str:
        """The database's address: the one given, or the SQLite file in the data folder."""
        if self.database_url:
            return self.database_url
        self.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return f"sqlite:///{self.data_folder / 'dardr.db'}"

    @cached_property
    def secret(self) -> str:
        """The key that signs sessions."""
        return self.secret_key or self._kept("secret.key")

    @cached_property
    def master(self) -> bytes:
        """The 32-byte key that wraps the keys of stored files."""
        return bytes.fromhex(self.master_key or self._kept("master.key"))

    def _kept(self, name: str) -> str:
        if self.database_url.startswith("postgres"):
            raise Conflict(
                "Set DARDR_SECRET_KEY and DARDR_MASTER_KEY (64 hexadecimal characters each) when using PostgreSQL; "
                "every host needs the same ones."
            )
        self.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.data_folder / name
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_text().strip()


def _default_folder() -> Path:
    home = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return Path(home) / "dardr"


def get_settings() -> Settings:
    """The settings of this process, read from the environment now."""
    return Settings()
