"""What runs until it is told to stop: the demonstration from one command, and its own mail."""

from __future__ import annotations

import mailbox
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dardr.cli.mail_catcher import MailCatcher
from dardr.storage.engine import Database
from dardr.storage.files import StoredFile
from tests import notify_server
from tests.cli.conftest import KEYS, Dardr
from tests.ports import free_port
from tests.scanner import a_scanner


def _page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    catcher = MailCatcher(tmp_path / "caught")
    catcher.start()
    yield catcher
    catcher.stop()


def test_the_mail_catcher_keeps_and_shows_what_it_is_sent(catcher: MailCatcher) -> None:
    assert "No mail yet" in _page(catcher.address)
    mail = EmailMessage()
    mail["From"], mail["To"] = "reviews@partnership.example", "ann@partnership.example"
    mail["Subject"] = "Review DARDR-2026-001: a date is near – <look>"
    mail.set_content("The date is 3 December 2026. <b>Not bold</b>")
    mail.add_alternative("<p>The date is <b>3 December 2026</b>.</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port) as server:
        server.send_message(mail)

    listed = _page(catcher.address)
    assert "a date is near – &lt;look&gt;" in listed
    assert "fictional" in listed
    key = listed.split('<a href="/')[1].split('"')[0]
    assert "&lt;b&gt;Not bold&lt;/b&gt;" in _page(f"{catcher.address}{key}")
    assert "<b>3 December 2026</b>" in _page(f"{catcher.address}{key}/html")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _page(f"{catcher.address}../../etc/passwd")


@pytest.mark.slow
def test_one_command_serves_the_demonstration_in_a_database_of_its_own(tmp_path: Path) -> None:
    """Set up, served, reached, stopped; the default database is not even made."""
    port = free_port()
    env = {
        **os.environ,
        "DARDR_DATABASE_URL": f"sqlite:///{tmp_path / 'real.db'}",
        "DARDR_DATA_FOLDER": str(tmp_path / "data"),
        "DARDR_NOW": "2027-03-01T09:00",
    }
    out = tmp_path / "out.txt"
    with out.open("w") as written:
        serving = subprocess.Popen(
            [sys.executable, "-m", "dardr.cli", "serve", "--demo", "--port", str(port)],
            env=env,
            stdout=written,
            stderr=written,
        )
    try:
        until = time.monotonic() + 200
        while "Sign in as" not in out.read_text():
            assert serving.poll() is None, out.read_text()
            assert time.monotonic() < until, out.read_text()
            time.sleep(0.5)
        said = out.read_text()
        assert f"http://127.0.0.1:{port}/" in said
        assert "team manager" in said
        assert "Sign in" in _page(f"http://127.0.0.1:{port}/sign-in")
        mail = next(word for line in said.splitlines() if "caught" in line for word in line.split() if "http" in word)
        assert "Mail of the demonstration" in _page(mail)
    finally:
        serving.send_signal(signal.SIGTERM)
        code = serving.wait(60)
    assert code == 0, out.read_text()
    with pytest.raises(OSError):
        _page(f"http://127.0.0.1:{port}/sign-in")
    assert not (tmp_path / "real.db").exists()
    demonstration = Dardr(f"sqlite:///{tmp_path / 'data' / 'demonstration' / 'demonstration.db'}", tmp_path / "data")
    assert demonstration.ok("db", "check")["rehearsal"] is True
    opened = [r["opened_on"] for r in demonstration.ok("review", "list")["reviews"]]
    assert len(opened) > 10
    assert max(opened) <= "2027-03-01"
    _its_files_open_with_the_key_it_is_served_with(tmp_path / "data" / "demonstration")


def _its_files_open_with_the_key_it_is_served_with(folder: Path) -> None:
    master = AESGCM(bytes.fromhex((folder / "master.key").read_text()))
    database = Database(f"sqlite:///{folder / 'demonstration.db'}")
    with database.read() as session:
        for row in session.scalars(sa.select(StoredFile)):
            key = master.decrypt(row.wrapped_key[:12], row.wrapped_key[12:], None)
            assert len(AESGCM(key).decrypt(row.content[:12], row.content[12:], None)) == row.size
        assert row.size > 0
    database.close()
    assert not (folder.parent / "master.key").exists()


def test_a_port_that_is_taken_is_refused(on_sqlite: Dardr) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in (("serve", "--port", port), ("web", "--port", port)):
            said = on_sqlite(*command)
            assert said.code == 1
            assert "Choose another with --port" in said.err


def test_serving_a_database_that_was_never_set_up_is_refused(tmp_path: Path) -> None:
    fresh = Dardr(f"sqlite:///{tmp_path / 'none.db'}", tmp_path)
    said = fresh("serve", "--port", str(free_port()))
    assert (said.code, said.err) == (1, "This database has not been set up. Run: dardr db upgrade\n")


def test_worker_once_prints_one_object_even_in_a_process_of_its_own(on_sqlite: Dardr) -> None:
    said = on_sqlite.process("worker", "--once", "--json")
    assert said.code == 0
    assert said.json["failed_ticks"] == 0
    assert "Give --once too" in on_sqlite.refused("worker")[0], "a worker that stays prints no object"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"DARDR_SMTP_USER": "reviews"}, "DARDR_SMTP_USER is set and DARDR_SMTP_PASSWORD is not."),
        ({"DARDR_SMTP_PASSWORD": "secret"}, "DARDR_SMTP_PASSWORD is set and DARDR_SMTP_USER is not."),
        (
            {"DARDR_SMTP_HOST": "post.example", "DARDR_SMTP_USER": "reviews", "DARDR_SMTP_PASSWORD": "secret"},
            "set TLS to starttls or tls",
        ),
        ({"DARDR_SMTP_PORT": "70000"}, "must be between 1 and 65535"),
    ],
)
def test_mail_settings_that_do_not_fit_are_refused_at_the_start(
    on_sqlite: Dardr, settings: dict[str, str], says: str
) -> None:
    for command in (("worker", "--once"), ("worker",), ("serve", "--port", str(free_port()))):
        said = on_sqlite(*command, **settings)
        assert said.code == 1, command
        assert says in said.err
    looked = on_sqlite("doctor", "--json", **settings)
    assert looked.code == 1
    mail = next(one for one in looked.json["checks"] if one["name"] == "Mail server")
    assert mail["state"] == "wrong" and says in mail["says"]
    assert "secret" not in looked.out


def test_the_doctor_asks_govuk_notify(on_sqlite: Dardr) -> None:
    with notify_server.serving() as notify:
        use = {
            "DARDR_TRANSPORT": "notify", "DARDR_NOTIFY_KEY": notify_server.KEY,
            "DARDR_NOTIFY_TEMPLATE": notify_server.TEMPLATE, "DARDR_NOTIFY_URL": notify.address,
        }  # fmt: skip

        def said() -> dict[str, str]:
            checks = on_sqlite("doctor", "--json", **use).json["checks"]
            return next(one for one in checks if one["name"] in ("GOV.UK Notify", "Mail server"))

        assert (said()["name"], said()["state"]) == ("GOV.UK Notify", "ok")
        notify.placeholders = ("subject",)
        assert said()["state"] == "look" and "lacks ((body))" in said()["says"]
        use["DARDR_NOTIFY_KEY"] = "reviews"
        assert said()["state"] == "wrong" and "DARDR_NOTIFY_KEY" in said()["says"]


def test_the_doctor_says_what_is_wrong(on_sqlite: Dardr, tmp_path: Path) -> None:
    well = on_sqlite("doctor", "--json", DARDR_SMTP_PORT=str(free_port()))
    states = {one["name"]: one for one in well.json["checks"]}
    assert states["Database"]["state"] == states["Tables"]["state"] == states["Keys"]["state"] == "ok"
    assert states["Mail server"]["state"] == states["Virus scanner"]["state"] == states["Mailbox"]["state"] == "look"
    assert states["Reminders"]["state"] == "look" and "are not being sent" in states["Reminders"]["says"]
    assert well.code == (0 if well.json["ok"] else 1)

    with a_scanner() as scanner:
        guarded = on_sqlite("doctor", "--json", DARDR_CLAMD=scanner.where)
        scans = next(one for one in guarded.json["checks"] if one["name"] == "Virus scanner")
        assert scans["state"] == "ok" and "finds the harmless trial file" in scans["says"]
    box = mailbox.Maildir(tmp_path / "mail", create=True)
    box.add(b"Subject: x\n\nx")
    folder = {"DARDR_MAILBOX": f"maildir:{tmp_path / 'mail'}", "DARDR_SMTP_PORT": str(free_port())}
    reads = on_sqlite("doctor", "--json", **folder)
    assert {"ok"} == {one["state"] for one in reads.json["checks"] if one["name"] == "Mailbox"}
    taken = on_sqlite("worker", "--once", "--json", **folder)
    assert taken.json["replies"] == 1 and taken.json["bounced"] == 0
    ill = on_sqlite(
        "doctor", "--json",
        DARDR_MASTER_KEY="not hexadecimal", DARDR_CLAMD="127.0.0.1:1", DARDR_MAILBOX="maildir:/none imaps://a@b/c",
    )  # fmt: skip
    ailing = next(one for one in ill.json["checks"] if one["name"] == "Mailbox")
    assert ailing["state"] == "wrong" and "DARDR_MAILBOX_PASSWORD" in ailing["says"]
    scans = next(one for one in ill.json["checks"] if one["name"] == "Virus scanner")
    assert scans["state"] == "wrong" and "No file can be given meanwhile" in scans["says"]
    assert ill.code == 1
    assert next(one for one in ill.json["checks"] if one["name"] == "Keys")["state"] == "wrong"
    assert next(one for one in ill.json["checks"] if one["name"] == "Reminders")["state"] == "ok"
    fresh = Dardr(f"sqlite:///{tmp_path / 'none.db'}", tmp_path)("doctor", "--json")
    assert fresh.code == 1
    database = next(one for one in fresh.json["checks"] if one["name"] == "Database")
    assert database["says"] == "This database has not been set up. Run: dardr db upgrade"
    assert KEYS["DARDR_MASTER_KEY"] not in well.out
