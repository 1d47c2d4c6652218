"""The virus scanner: asked about every file, believed in what it finds, and what happens while it is silent."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import structlog

from dardr.casework import virus_scan
from dardr.casework.files import FileGiven, checked
from dardr.errors import Conflict, Invalid
from dardr.settings import Settings
from tests.mails import eml
from tests.scanner import NAME, SIGNATURE, a_scanner

CLEAN = FileGiven("a.txt", b"A fictional note. " * 20_000)
INFECTED = FileGiven("About Zephyrine.txt", b"words " + SIGNATURE + b" words")


def test_a_clean_file_is_kept_as_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_scanner() as scanner:
        monkeypatch.setenv("DARDR_CLAMD", scanner.where)
        assert checked({"one": CLEAN})["one"].scanned
        assert scanner.looked_at == [len(CLEAN.content)], "every byte of it was sent"


def test_over_a_socket_of_this_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with a_scanner(socket_at=tmp_path / "clamd.sock") as scanner:
        monkeypatch.setenv("DARDR_CLAMD", scanner.where)
        assert checked({"one": CLEAN})["one"].scanned


def test_an_infected_file_is_refused_and_logged_without_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_scanner() as scanner, structlog.testing.capture_logs() as logged:
        monkeypatch.setenv("DARDR_CLAMD", scanner.where)
        with pytest.raises(Invalid, match="carries a virus, the scanner says. It was not kept"):
            checked({"one": INFECTED})
        with pytest.raises(Invalid, match="File 2 of 2 carries a virus"):
            checked({"one": [CLEAN, FileGiven("m.eml", eml(body=SIGNATURE.decode()), kept_anyway=True)]})
    assert logged[0]["event"] == "files.infected" and logged[0]["signature"] == NAME
    assert "ephyrine" not in str(logged)


@pytest.mark.parametrize("silent", ["refuse", "keep"])
def test_a_silent_scanner_stops_files_unless_the_settings_say_otherwise(
    monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        monkeypatch.setenv("DARDR_CLAMD", f"127.0.0.1:{taken.getsockname()[1]}")
        monkeypatch.setenv("DARDR_CLAMD_SILENT", silent)
        if silent == "refuse":
            with pytest.raises(Invalid, match="the virus scanner does not answer.*Try again in a while"):
                checked({"one": CLEAN})
        else:
            kept = checked({"one": CLEAN})["one"]
            assert kept.checked and not kept.scanned


def test_one_that_hangs_up_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setattr(virus_scan, "SECONDS", 0.2)
        monkeypatch.setenv("DARDR_CLAMD", f"127.0.0.1:{deaf.getsockname()[1]}")
        with pytest.raises(Invalid, match="does not answer"):
            checked({"one": CLEAN})


def test_a_file_larger_than_the_scanner_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_scanner(most=1000) as scanner:
        monkeypatch.setenv("DARDR_CLAMD", scanner.where)
        with pytest.raises(Invalid, match="larger than the virus scanner takes"):
            checked({"one": CLEAN})


def test_without_a_scanner_a_file_is_kept_and_not_called_clean() -> None:
    assert not checked({"one": INFECTED})["one"].scanned


def test_whether_it_works_is_tried_with_a_harmless_file(tmp_path: Path) -> None:
    with a_scanner() as scanner, a_scanner(blind=True) as blind:
        assert virus_scan.works(Settings(clamd=scanner.where)) == ""
        assert "does not find the trial file" in virus_scan.works(Settings(clamd=blind.where))
    assert virus_scan.works(Settings(clamd=str(tmp_path / "none.sock"))) == "it does not answer"
    assert virus_scan.works(Settings()) == "none is set"
    assert "host:port" in virus_scan.works(Settings(clamd="nonsense"))
    with pytest.raises(Conflict, match="host:port"):
        virus_scan.scanner_of(Settings(clamd="host:"))
