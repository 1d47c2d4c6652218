"""A virus scanner for tests: it speaks the INSTREAM protocol of clamd, and knows one signature, written by hand."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import clamd

SIGNATURE, NAME = clamd.EICAR.strip(), "Eicar-Test-Signature"


@dataclass
class Scanner:
    """Where it listens, and what it was given."""

    where: str
    looked_at: list[int] = field(default_factory=list)


@contextmanager
def a_scanner(*, socket_at: Path | None = None, most: int = 100_000_000, blind: bool = False) -> Iterator[Scanner]:
    """A scanner on a port or a socket; ``most`` bytes are taken, and a ``blind`` one finds nothing."""
    scanner = Scanner("")

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if self.rfile.readline().strip() != b"nINSTREAM":
                self.wfile.write(b"UNKNOWN COMMAND\n")
                return
            taken = bytearray()
            while size := struct.unpack("!L", self.rfile.read(4))[0]:
                taken += self.rfile.read(size)
            scanner.looked_at.append(len(taken))
            if len(taken) > most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\n")
            elif SIGNATURE in taken and not blind:
                self.wfile.write(f"stream: {NAME} FOUND\n".encode())
            else:
                self.wfile.write(b"stream: OK\n")

    kind = socketserver.ThreadingUnixStreamServer if socket_at else socketserver.ThreadingTCPServer
    with kind(str(socket_at) if socket_at else ("127.0.0.1", 0), Answer) as server:  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        scanner.where = str(socket_at) if socket_at else f"127.0.0.1:{server.socket.getsockname()[1]}"
        try:
            yield scanner
        finally:
            server.shutdown()
