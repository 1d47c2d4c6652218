"""A token in place of a mailbox's password: OAuth 2.0, client credentials, as Microsoft 365 asks of programs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from dardr.settings import Settings
from notifications.mailboxes import HERE, MailboxTrouble, Token

TIMEOUT = 30.0


def token_of(settings: Settings) -> Token | None:
    """What gets a token by the settings; None where mailboxes are read with a password.

    Raises ValueError with a sentence where settings are missing or the address is not encrypted.
    """
    url = settings.mailbox_token_url
    if not url:
        return None
    if not settings.mailbox_client_id or not settings.mailbox_client_secret:
        raise ValueError("DARDR_MAILBOX_TOKEN_URL needs DARDR_MAILBOX_CLIENT_ID and DARDR_MAILBOX_CLIENT_SECRET too.")
    where = urlsplit(url)
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in HERE):
        raise ValueError("DARDR_MAILBOX_TOKEN_URL is an address that begins with https://.")

    def ask() -> str:
        try:
            client: Any = OAuth2Session(
                settings.mailbox_client_id,
                settings.mailbox_client_secret,
                scope=settings.mailbox_scope,
                token_endpoint_auth_method="client_secret_post",
                default_timeout=TIMEOUT,
            )
            with client:
                given = client.fetch_token(url, grant_type="client_credentials")
            return str(given["access_token"])
        except AuthlibBaseError as error:
            raise MailboxTrouble(
                f"{where.hostname} gave no token ({error.error or type(error).__name__}). Check"
                " DARDR_MAILBOX_CLIENT_ID, DARDR_MAILBOX_CLIENT_SECRET and DARDR_MAILBOX_SCOPE."
            ) from error
        except (RequestException, KeyError, ValueError) as error:
            raise MailboxTrouble(
                f"No token came from {where.hostname} ({type(error).__name__}). Check DARDR_MAILBOX_TOKEN_URL."
            ) from error

    return ask
