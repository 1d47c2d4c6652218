"""What the sign-in library would send by e-mail goes through the outbox, in our own words, with our own address."""

from __future__ import annotations

from typing import Any

from flask import Flask, url_for
from flask_security import MailUtil, tf_disabled, tf_profile_changed, wan_deleted, wan_registered
from flask_security.recoverable import generate_reset_password_token

from dardr import systime
from dardr.casework.account_mail import send_password_link, tell_of_change
from dardr.casework.door_people import comes_by_link
from dardr.casework.doors import ask_for_link
from dardr.storage.people import User
from dardr.web.accounts.people import Account
from dardr.web.transaction import ACCOUNT_BLUEPRINT, session
from notifications.messages_of_accounts import AccountChange

LINK = "password link"
NEW_PASSWORD = "new password"


class IntoTheOutbox(MailUtil):
    """Writes the library's e-mails down to be sent with all others. Links begin with the service's own address:
    what a request says of the host is not believed."""

    def validate(self, email: str) -> str:
        """The address as it is looked for. Nothing is asked of the network: the account is here, or it is not."""
        return self.normalize(email)

    def send_mail(self, template: str, subject: str, recipient: Any, sender: Any, body: Any, html: Any,
                  **kwargs: Any) -> None:  # fmt: skip
        """``template`` says which of our messages it is."""
        row = session().get(User, kwargs["user"].id)
        if row is None:
            return
        if template == LINK and comes_by_link(session(), row):
            ask_for_link(session(), systime.utc_now(), row.email)
        elif template == LINK:
            send_password_link(session(), systime.utc_now(), row, _path(kwargs["reset_token"]))
        elif template == NEW_PASSWORD:
            tell_of_change(session(), systime.utc_now(), row, "password")


def _path(token: str) -> str:
    return url_for(f"{ACCOUNT_BLUEPRINT}.reset_password", token=token)


def invite(row: User) -> None:
    """Send somebody a link to choose a password: once, within 24 hours. Of no use once they have no access."""
    send_password_link(session(), systime.utc_now(), row, _path(generate_reset_password_token(Account(row))))


def install(app: Flask) -> None:
    """Tell people by e-mail when the way they sign in was changed."""

    def telling(change: AccountChange) -> Any:
        def tell(_app: Flask, user: Any, **_more: Any) -> None:
            row = session().get(User, user.id)
            if row is not None:
                tell_of_change(session(), systime.utc_now(), row, change)

        return tell

    tf_profile_changed.connect(telling("second_factor"), app, weak=False)
    tf_disabled.connect(telling("second_factor_off"), app, weak=False)
    wan_registered.connect(telling("passkey_added"), app, weak=False)
    wan_deleted.connect(telling("passkey_removed"), app, weak=False)
