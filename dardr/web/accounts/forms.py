"""The library's forms, with the lock-out counted wherever a secret is typed."""

from __future__ import annotations

from typing import Any

from flask_security import (
    ChangePasswordForm,
    MfRecoveryForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    WebAuthnRegisterForm,
    current_user,
)

from dardr.web.accounts.people import REFUSED


class CodeForm(TwoFactorVerifyCodeForm):
    """A code of the authenticator app. The library counts wrong ones; here the account waits, too."""

    def validate(self, **kwargs: Any) -> bool:
        """False for a wrong code, one that was used, and any while the account waits."""
        if self.code.data:
            self.code.data = self.code.data.replace(" ", "")
        if self.user is not None and self.user.is_locked():
            self.form_errors = [REFUSED]
            return False
        return super().validate(**kwargs)


class RecoveryForm(MfRecoveryForm):
    """A recovery code instead of one of the app. Wrong ones are counted."""

    def validate(self, **kwargs: Any) -> bool:
        """False for a wrong code, one that was used, and any while the account waits."""
        assert self.user is not None
        if self.code.data:
            self.code.data = self.code.data.strip().lower()
        if self.user.is_locked():
            self.form_errors = [REFUSED]
            return False
        if super().validate(**kwargs):
            return True
        if self.code.data:
            self.user.track_failed_authn("recovery code", True)
        return False


class NewPasswordForm(ChangePasswordForm):
    """A new password, with the one until now. Somebody at a screen left open cannot try at leisure."""

    def validate(self, **kwargs: Any) -> bool:
        """False for a wrong password, a new one that is too short or the same, and while the account waits."""
        if current_user.is_locked():
            self.form_errors = [REFUSED]
            return False
        if super().validate(**kwargs):
            return True
        if self.password.data and self.password.errors:
            current_user.track_failed_authn("password")
        return False


class AgainForm(VerifyForm):
    """The password again, before the way of signing in is changed."""

    def validate(self, **kwargs: Any) -> bool:
        """False for a wrong password, and while the account waits."""
        if current_user.is_locked():
            self.form_errors = [REFUSED]
            return False
        return super().validate(**kwargs)


class PasskeyForm(WebAuthnRegisterForm):
    """The name of a new passkey. Each can be used to sign in by itself."""

    def validate(self, **kwargs: Any) -> bool:
        """False for a name that is missing, in use already or not made of letters and figures."""
        self.usage.data = "first"
        return super().validate(**kwargs)
