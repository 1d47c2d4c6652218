"""``dardr serve``, ``dardr web`` and ``dardr worker``: what runs until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

import click

from dardr.cli import showing
from dardr.cli.opening import opened
from dardr.cli.refusing import Command, Refused, as_json_option, examples

STARTS_WITHIN = 60.0
"""Seconds a web server may take to answer for the first time."""
STOPS_WITHIN = 30.0
"""Seconds web and worker may take to finish what they are doing."""


def _host_and_port(function: Callable[..., Any]) -> Callable[..., Any]:
    host = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
    port = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
    return port(host(function))


@click.command(
    cls=Command,
    epilog=examples("dardr serve --demo", "dardr serve --port 8080", "DARDR_NOW=2027-03-01T09:00 dardr serve --demo"),
)
@click.option("--demo", is_flag=True, help="Fictional reviews in a database of their own, and a mail catcher.")
@_host_and_port
def serve(demo: bool, host: str, port: int) -> None:
    """Run web and worker side by side, for one team on one machine.

    With --demo, a rehearsal database of the demonstration's own is set up in the data folder and filled with
    fictional reviews, and every e-mail is caught on this machine.
    """
    _refuse_port_in_use(host, port)
    if demo:
        from dardr.cli.demo import demonstration

        with demonstration(host, port) as (env, sign_ins):
            _run(host, port, env, sign_ins)
        return
    from dardr.casework.transport import mailer_of

    with opened() as at:
        mailer_of(at.settings)
    env = dict(os.environ)
    env.setdefault("DARDR_BASE_URL", f"http://{host}:{port}")
    _run(host, port, env, [])


def _run(host: str, port: int, env: Mapping[str, str], said: Sequence[str]) -> None:
    """Start web and worker as processes of their own; end both when one ends or the signal comes."""
    # -P: a file in the current folder that is named like a module would be taken for it
    command = [sys.executable, "-P", "-m", "dardr.cli"]
    children = {
        "web": subprocess.Popen([*command, "web", "--host", host, "--port", str(port), "--quiet"], env=env),
        "worker": subprocess.Popen([*command, "worker"], env=env),
    }
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        if _answers(host, port, children["web"], lambda: stopping):
            click.echo(f"dardr is at http://{host}:{port}/  (stop with Ctrl+C)")
            for line in said:
                click.echo(line)
        while not stopping and all(child.poll() is None for child in children.values()):
            time.sleep(0.2)
        ended = [name for name, child in children.items() if child.poll() is not None]
    finally:
        _stop(list(children.values()))
        for number, handler in before.items():
            signal.signal(number, handler)
    if ended and not stopping:
        raise Refused(f"The {' and the '.join(ended)} ended by itself, so all was stopped. Its message is above.")


def _answers(host: str, port: int, child: subprocess.Popen[bytes], stopping: Callable[[], bool]) -> bool:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and child.poll() is None and not stopping():
        try:
            with socket.create_connection(("127.0.0.1" if host in ("0.0.0.0", "") else host, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + STOPS_WITHIN
    for child in children:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _refuse_port_in_use(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Port {port} of {host} cannot be used: {error.strerror}. Choose another with --port.", "port"
            ) from error


@click.command(
    cls=Command,
    epilog=examples("dardr web --port 8000", "dardr web --host 0.0.0.0 --workers 4     (PostgreSQL)"),
)
@_host_and_port
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes (PostgreSQL).")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Threads of each.")
@click.option("--quiet", is_flag=True, help="Say only what goes wrong.")
def web(host: str, port: int, workers: int, threads: int, quiet: bool) -> None:
    """Run the web server alone. Any number may share one PostgreSQL database."""
    from dardr.web import serve as web_server

    _refuse_port_in_use(host, port)
    os.environ.setdefault("DARDR_BASE_URL", f"http://{host}:{port}")
    with opened(runs_on=True) as at:
        web_server.serve(at.database, at.settings, host, port, threads, workers=workers, quiet=quiet)


@click.command(cls=Command, epilog=examples("dardr worker", "dardr worker --once --json"))
@click.option("--once", is_flag=True, help="Do all that is due at this moment, say what was done, and end.")
@as_json_option
def worker(once: bool, as_json: bool) -> None:
    """Run the background worker: reminders, e-mail, search, checks. Any number may run at once."""
    import structlog

    from dardr import worker as ticking

    if as_json and not once:
        raise Refused("--json prints what one round did. Give --once too, or leave --json out.", "json")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with opened(runs_on=not once) as at:
        if not once:
            ticking.run_worker(at.database, at.settings)
            return
        said = ticking.run_once(at.database, at.settings, at.now)
    if as_json:
        showing.print_json(dict(said))
        return
    for name, value in dict(said).items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
