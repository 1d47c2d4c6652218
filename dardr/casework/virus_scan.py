"""The virus scanner, where one is set (``DARDR_CLAMD``): every given file is sent to it before it is kept.

What it finds something in is not kept. Where it does not answer, a file is refused as well, unless the settings say
that files are kept unscanned meanwhile (``DARDR_CLAMD_SILENT=keep``).
"""

from __future__ import annotations

import io
import socket

import clamd
import structlog

from dardr.errors import Conflict
from dardr.settings import Settings, get_settings

SECONDS = 60
"""How long the scanner may take for one step of its answer."""

log = structlog.get_logger(__name__)

INFECTED = (
    "carries a virus, the scanner says. It was not kept. Do not open it. Tell your IT team, and ask for a clean copy."
)
SILENT = (
    "was not kept: the virus scanner does not answer, so nobody can say whether it is clean. Try again in a while; if"
    " it goes on, tell whoever looks after this service."
)
TOO_LARGE = "was not kept: it is larger than the virus scanner takes. Give it in parts, or say where it is kept."


def look(content: bytes) -> tuple[bool, str]:
    """Whether a scanner looked and found nothing; where refused, the rest of a sentence that begins “This file”."""
    settings = get_settings()
    scanner = scanner_of(settings)
    if scanner is None:
        return False, ""
    try:
        found = _ask(scanner, content)
    except clamd.BufferTooLongError:
        log.warning("files.too_large_for_scanner", size=len(content))
        return False, "" if settings.clamd_silent == "keep" else TOO_LARGE
    except (clamd.ClamdError, OSError) as error:
        log.error("files.scanner_silent", error=type(error).__name__)
        return False, "" if settings.clamd_silent == "keep" else SILENT
    if found:
        log.warning("files.infected", signature=found, size=len(content))
        return False, INFECTED
    return True, ""


def works(settings: Settings) -> str:
    """What is wrong with the scanner, empty where it answers and finds the harmless file made for such trials."""
    try:
        scanner = scanner_of(settings)
        if scanner is None:
            return "none is set"
        return "" if _ask(scanner, clamd.EICAR) else "it answers, and does not find the trial file EICAR"
    except (clamd.ClamdError, OSError):
        return "it does not answer"
    except Conflict as error:
        return str(error)


def _ask(scanner: clamd.ClamdNetworkSocket, content: bytes) -> str:
    """The name of what was found, empty for nothing. Raises ClamdError where the answer is none of the two."""
    answer = scanner.instream(io.BytesIO(content))
    status, reason = next(iter(answer.values())) if answer else ("", "")
    if status == "FOUND":
        return str(reason or "unnamed")
    if status != "OK":
        raise clamd.ResponseError(str(reason or "no answer"))
    return ""


def scanner_of(settings: Settings) -> clamd.ClamdNetworkSocket | None:
    """The scanner set, None where none is. Raises Conflict where the setting cannot be read."""
    where = settings.clamd.strip()
    if not where:
        return None
    if where.startswith("/"):
        return _Scanner(where)
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal():
        raise Conflict(f"DARDR_CLAMD is “{where}”. Give host:port, such as 127.0.0.1:3310, or the path of a socket.")
    return _Scanner(host.strip("[]"), int(port))


class _WholeSocket(socket.socket):
    """A socket that sends all it is given: the library asks once and does not look how much went out."""

    def send(self, data: bytes, flags: int = 0, /) -> int:  # type: ignore[override]
        self.sendall(data, flags)
        return len(data)


class _Scanner(clamd.ClamdNetworkSocket):
    """The library's scanner, with a limit of time on the first word too, over the network or a socket of this host."""

    def __init__(self, where: str, port: int = 0) -> None:
        super().__init__(where, port, timeout=SECONDS)

    def _init_socket(self) -> None:
        if self.port == 0:
            family, address = socket.AF_UNIX, self.host
        else:
            family, _, _, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
        self.clamd_socket = _WholeSocket(family, socket.SOCK_STREAM)
        self.clamd_socket.settimeout(self.timeout)
        self.clamd_socket.connect(address)

    def _close_socket(self) -> None:
        if opened := getattr(self, "clamd_socket", None):
            opened.close()
