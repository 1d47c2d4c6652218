"""A small IMAP server on this machine: one folder, read over a real connection, with every command written down."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Folder:
    """What the server holds: messages by UID, in a folder with a UIDVALIDITY. ``moods`` change how it behaves.

    ``token``, where given, is taken in place of a password, by XOAUTH2, and nothing else is.

    ``moods``: ``wrong password``, ``no folder``, ``hangs up`` (after the first message was fetched), ``silent``.
    """

    messages: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    moods: set[str] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    fetched: int = 0
    token: str = ""

    def add(self, *contents: bytes) -> None:
        """New messages, with the next UIDs."""
        for content in contents:
            self.messages[max(self.messages, default=0) + 1] = content


@contextmanager
def serving(folder: Folder) -> Iterator[int]:
    """Serve the folder; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_talk, args=(connection, folder), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # also wakes who waits for a connection
        listener.close()


def _talk(connection: socket.socket, folder: Folder) -> None:
    # A client may hang up at any time: also while what is left is sent as the stream is closed.
    with contextlib.suppress(OSError), connection, connection.makefile("rwb") as stream:
        if "silent" not in folder.moods:
            _say(stream, b"* OK ready")
        while line := stream.readline():
            tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
            folder.commands.append(re.sub(r"(?i)^(login \S+) .*", r"\1", command))
            if command.upper().startswith("AUTHENTICATE XOAUTH2"):
                _take_token(stream, tag, folder)
                continue
            if not _obey(stream, tag, command, folder):
                return


def _take_token(stream: Any, tag: str, folder: Folder) -> None:
    """XOAUTH2 as its makers describe it: a token that is refused is answered with why, then with no."""
    _say(stream, b"+ ")
    given = base64.b64decode(stream.readline().strip()).decode()
    if folder.token and f"\x01auth=Bearer {folder.token}\x01\x01" in given and given.startswith("user="):
        _say(stream, f"{tag} OK signed in".encode())
        return
    _say(stream, b"+ " + base64.b64encode(b'{"status":"401","schemes":"Bearer"}'))
    stream.readline()
    _say(stream, f"{tag} NO AUTHENTICATE failed.".encode())


def _say(stream: Any, line: bytes) -> None:
    stream.write(line + b"\r\n")
    stream.flush()


def _obey(stream: Any, tag: str, command: str, folder: Folder) -> bool:
    """Answer one command; False ends the conversation."""
    name, _, rest = command.partition(" ")
    good = True
    match name.upper():
        case "CAPABILITY":
            _say(stream, b"* CAPABILITY IMAP4rev1")
        case "LOGIN":
            good = "wrong password" not in folder.moods and not folder.token
        case "EXAMINE" | "SELECT":
            good = "no folder" not in folder.moods
            _say(stream, b"* %d EXISTS" % len(folder.messages))
            _say(stream, b"* OK [UIDVALIDITY %d] valid" % folder.validity)
        case "UID":
            good = _uid(stream, rest, folder)
            if not good:
                return False
        case "LOGOUT":
            _say(stream, b"* BYE")
        case _:
            good = False
    _say(stream, f"{tag} {'OK' if good else 'NO'} {name} done".encode())
    return name.upper() != "LOGOUT"


def _uid(stream: Any, words: str, folder: Folder) -> bool:
    if words.startswith("SEARCH"):
        found = sorted(folder.messages)
        if beyond := re.search(r"UID (\d+):\*", words):
            # "n:*" always holds the last message, as RFC 3501 section 6.4.8 says
            found = [one for one in found if one >= int(beyond[1])] or found[-1:]
        _say(stream, b" ".join([b"* SEARCH", *(str(one).encode() for one in found)]))
        return True
    asked = re.match(r"FETCH (\d+) \((RFC822\.SIZE|BODY\.PEEK\[\](?:<0\.(\d+)>)?)\)", words)
    if asked is None:
        return False
    uid = int(asked[1])
    content = folder.messages.get(uid)
    if content is None:
        return True
    if asked[2] == "RFC822.SIZE":
        _say(stream, b"* 1 FETCH (UID %d RFC822.SIZE %d)" % (uid, len(content)))
        return True
    folder.fetched += 1
    if "hangs up" in folder.moods and folder.fetched > 1:
        return False
    part = content[: int(asked[3])] if asked[3] else content
    stream.write(b"* 1 FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, len(part), part))
    stream.flush()
    return True
