"""``dardr user``: give people access, list them, take access away."""

from __future__ import annotations

from typing import Any

import click

from dardr.access import SCOPE_NEEDED, SCOPE_POSSIBLE
from dardr.cli import showing
from dardr.cli.opening import opened
from dardr.cli.refusing import Group, as_json_option, examples
from workflows.definition import GIVEN_ROLES, Role


@click.group(cls=Group)
def user() -> None:
    """Give people access, list them, take access away."""


def _roles() -> str:
    scopes = {role: f" (with --{scope})" for role, scope in SCOPE_NEEDED.items()}
    scopes |= {role: f" (may have --{scope})" for role, scope in SCOPE_POSSIBLE.items()}
    return "Roles: " + ", ".join(f"{role}{scopes.get(role, '')}" for role in GIVEN_ROLES) + "."


@user.command(
    epilog=examples(
        "dardr user add ann@council.example --name 'Ann Archer' --role case_manager",
        "dardr user add lee@trust.example --name 'Lee Lowe' --role agency_contact --body east-kent-hospitals",
        "dardr user add kim@chair.example --name 'Kim Kerr' --role independent_chair --review DARDR-2026-001",
    ),
    help="Give a person access and roles. Done again, it adds what is new and leaves the rest."
    " One role alone is taken away in the browser.\n\n" + _roles(),
)
@click.argument("email")
@click.option("--name", default="", help="The person's name (needed the first time).")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([str(r) for r in GIVEN_ROLES]), help="Repeat for several."
)
@click.option("--csp", metavar="KEY", help="The community safety partnership a role is held for.")
@click.option("--body", metavar="KEY", help="The body the person works for; agency roles are held for it.")
@click.option("--review", metavar="REF", help="The review a role is held for.")
@click.option("--password", help="A password to sign in with. Without it, a new person gets one, shown once.")
@as_json_option
def add(
    email: str,
    name: str,
    roles: tuple[str, ...],
    csp: str | None,
    body: str | None,
    review: str | None,
    password: str | None,
    as_json: bool,
) -> None:
    """Give a person access and roles."""
    from dardr.casework.people import add_user

    with opened() as at, at.write() as (session, actor):
        added = add_user(
            session,
            actor,
            at.now,
            email,
            name,
            [Role(r) for r in roles],
            csp=csp,
            body=body,
            review=review,
            password=password,
        )
    said: dict[str, Any] = {
        "email": added.email,
        "name": added.name,
        "new": added.new,
        "access_given_back": added.given_back,
        "roles_added": list(added.roles_added),
        "password": added.password,
    }
    if as_json:
        showing.print_json(said)
        return
    stands = "has access now" if added.new else "has access again" if added.given_back else "had access already"
    click.echo(f"{added.name} ({added.email}) {stands}.")
    click.echo(f"Roles added: {', '.join(added.roles_added) or 'none, all were held already'}.")
    if added.password:
        click.echo(f"Password, shown this once: {added.password}")


@user.command("list", epilog=examples("dardr user list", "dardr user list --json"))
@as_json_option
def list_(as_json: bool) -> None:
    """List everybody with access, and their roles."""
    from dardr.lookups.people import people

    with opened() as at, at.read() as (session, _actor):
        found = people(session)
    if as_json:
        showing.print_json({"users": found})
        return
    showing.table(
        ("Name", "Address", "Body", "Roles", "Access"),
        (
            (
                one["name"],
                one["email"],
                one["body"],
                "every role" if one["operator"] else ", ".join(_held(role) for role in one["roles"]),
                "yes" if one["active"] else "taken away",
            )
            for one in found
        ),
    )


def _held(role: dict[str, Any]) -> str:
    scope = role["csp"] or role["body"] or role["review"]
    return f"{role['role']} ({scope})" if scope else role["role"]


@user.command(epilog=examples("dardr user disable ann@council.example"))
@click.argument("email")
@as_json_option
def disable(email: str, as_json: bool) -> None:
    """Take a person's access away. What they did stays on record under their name."""
    from dardr.casework.people import disable_user

    with opened() as at, at.write() as (session, actor):
        name = disable_user(session, actor, at.now, email)
    if as_json:
        showing.print_json({"email": email, "name": name, "active": False})
        return
    click.echo(f"{name} has no access any more.")


@user.command("reset-second-factor", epilog=examples("dardr user reset-second-factor ann@council.example"))
@click.argument("email")
@as_json_option
def reset_second_factor(email: str, as_json: bool) -> None:
    """Forget a person's authenticator app, recovery codes and passkeys, and sign them out. They set up new ones."""
    from dardr.actors import actor_by_email
    from dardr.casework.sign_ins import reset_second_factor as reset

    with opened() as at, at.write() as (session, actor):
        name = reset(session, actor, at.now, actor_by_email(session, email).id)
    if as_json:
        showing.print_json({"email": email, "name": name, "second_factor": False})
        return
    click.echo(f"The second factor of {name} is reset. They set up a new one when they next sign in.")
