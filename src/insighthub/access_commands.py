"""Commands of access: users, the audit, and the policy that holds.

These are for whoever runs the hub on its own machine. Passwords are printed once, and kept nowhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from insighthub import console
from insighthub.accounts import users as of_users
from insighthub.accounts.tokens import MOST_DAYS, make_token
from insighthub.accounts.users import User
from insighthub.desk.command_line import CommandLine
from insighthub.errors import RunError
from insighthub.exports import export_table
from insighthub.governance import audit_proof
from insighthub.governance.actions import Action
from insighthub.governance.audit_table import audit_table
from insighthub.governance.policy_versions import versions
from insighthub.hub import Hub
from insighthub.spoken import spoken_date
from insighthub.store.run_log import now

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address that the user signs in with.")]

users_app = typer.Typer(help="Who may sign in, and in which role.", no_args_is_help=True)
audit_app = typer.Typer(help="Who did and saw what, and whether that is whole.", no_args_is_help=True)


@users_app.command("add")
def add(
    email: Email,
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Their name, as people say it.")],
    role: Annotated[
        list[str], typer.Option("--role", metavar="ROLE", help="A role that the policy has; give it again for more.")
    ],
    resident: Annotated[
        str | None,
        typer.Option("--resident", metavar="ID", help="Whom they are in the index, so that alerts know neighbours."),
    ] = None,
    home: Home = Path(),
) -> None:
    """Add a user, and print a one-time password, which they change when they first sign in."""
    with console.user_errors(), Hub(home) as hub:
        own = None if resident is None else hub.resolve(resident).resident_id
        known = {each.name for each in hub.policy().role}
        with hub.state.write() as connection:
            made = of_users.add_user(
                connection, name=name, email=email, roles=role, known_roles=known, at=now(), resident_id=own
            )
            password = of_users.invite(connection, made.user_id, now(), hub.settings.sign_in)
        CommandLine(hub).note(Action.MANAGE_USERS, detail={"user": made.user_id, "roles": list(made.roles)})
        _one_time(made, password, hub.settings.sign_in.invitation_days)


@users_app.command("list")
def list_users(home: Home = Path()) -> None:
    """List the users, their roles, and what they sign in with."""
    with console.user_errors(), Hub(home) as hub, hub.state.read() as connection:
        found = of_users.users(connection)
    table = Table(title="Users")
    for title in ("Name", "E-mail", "Roles", "Signs in with", ""):
        table.add_column(title, overflow="fold")
    for each in found:
        table.add_row(escape(each.name), escape(each.email), ", ".join(each.roles), _how(each), _state(each))
    console.out.print(table)


@users_app.command("disable")
def disable(email: Email, home: Home = Path()) -> None:
    """Let a user come in no more; their sessions end at once."""
    with console.user_errors(), Hub(home) as hub:
        with hub.state.write() as connection:
            found = of_users.disable(connection, _named(of_users.find_user(connection, email)).user_id, now())
        CommandLine(hub).note(Action.MANAGE_USERS, detail={"user": found.user_id, "active": False})
    console.out.print(f"{found.email} cannot sign in any more", highlight=False, markup=False, soft_wrap=True)


@users_app.command("reset")
def reset(email: Email, home: Home = Path()) -> None:
    """Print a new one-time password for a user; what they signed in with before holds no longer."""
    with console.user_errors(), Hub(home) as hub:
        with hub.state.write() as connection:
            found = of_users.enable(connection, _named(of_users.find_user(connection, email)).user_id)
            password = of_users.invite(connection, found.user_id, now(), hub.settings.sign_in)
        CommandLine(hub).note(Action.MANAGE_USERS, detail={"user": found.user_id, "reset": True})
        _one_time(found, password, hub.settings.sign_in.invitation_days)


@users_app.command("token")
def token(
    email: Email,
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Which program it is for.")],
    role: Annotated[
        list[str], typer.Option("--role", metavar="ROLE", help="A role of the user's; give it again for more.")
    ],
    days: Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="For how many days it is good.")] = 90,
    home: Home = Path(),
) -> None:
    """Print a token with which a program calls the API for a user; it ends with the user's account."""
    with console.user_errors(), Hub(home) as hub:
        with hub.state.write() as connection:
            who = _named(of_users.find_user(connection, email))
            made, text = make_token(connection, who, name=name, roles=role, days=days, at=now())
        detail = {"user": who.user_id, "token": made.token_id, "roles": list(made.roles), "days": days}
        CommandLine(hub).note(Action.MANAGE_USERS, detail=detail)
    console.out.print(
        f"{made.name} sends this for {who.email} until {spoken_date(made.expires_at.date())}, in the header "
        "Authorization: Bearer:",
        highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
    typer.echo(f"    {text}")


@audit_app.command("verify")
def verify(home: Home = Path()) -> None:
    """Say whether the audit is whole; if not, which line is at fault, and what was done. Exit status 1 then."""
    with console.user_errors(), Hub(home) as hub:
        heads = audit_proof.Heads(hub.home)
        with hub.state.read() as connection:
            broken = audit_proof.verify(connection, heads.read())
            head = audit_proof.head(connection)
        if broken is not None:
            raise RunError(
                f"the audit is broken: {broken.what}",
                remedy="Keep the database as it is, and tell the information-governance lead",
            )
        if head.id:
            heads.note(head, now(), now=True)
    console.out.print(
        f"The audit is whole: {head.id:,} lines, the last one {head.hash[:16]}", highlight=False, soft_wrap=True
    )


@audit_app.command("export")
def export_audit(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write: .parquet, .csv or .xlsx.")],
    home: Home = Path(),
) -> None:
    """Write every line of the audit with its hashes, for somebody who keeps it elsewhere."""
    with console.user_errors(), Hub(home) as hub:
        CommandLine(hub).note(Action.SEE_AUDIT, detail={"export": True})
        with hub.state.read() as connection:
            table = audit_table(connection)
        export_table(table, out)
    console.out.print(f"{table.num_rows:,} lines: {out}", highlight=False, markup=False, soft_wrap=True)


def policy(home: Home = Path()) -> None:
    """Show the versions of the policy, and what the one that holds allows each role."""
    with console.user_errors(), Hub(home) as hub:
        live = hub.policy()
        with hub.state.read() as connection:
            found = versions(connection)
    table = Table(title="Versions of the policy")
    for title in ("Version", "Status", "Proposed by", "On", "Decided by", "On"):
        table.add_column(title, overflow="fold")
    for each in found:
        table.add_row(
            str(each.version),
            each.status,
            escape(each.proposed_by),
            spoken_date(each.proposed_at.date()),
            escape(each.decided_by or ""),
            "" if each.decided_at is None else spoken_date(each.decided_at.date()),
        )
    console.out.print(table)
    roles = Table(title="Roles")
    for title in ("Role", "Purposes", "May"):
        roles.add_column(title, overflow="fold")
    for role in live.role:
        roles.add_row(role.name, ", ".join(role.purposes), ", ".join(role.may))
    console.out.print(roles)


def _one_time(user: User, password: str, days: int) -> None:
    console.out.print(f"{user.email} signs in with this password once, within {days} days, and changes it then:",
                      highlight=False, markup=False, soft_wrap=True)  # fmt: skip
    typer.echo(f"    {password}")


def _named(found: User | None) -> User:
    if found is None:
        raise RunError("there is no user with this e-mail address", remedy="See insighthub users list")
    return found


def _how(user: User) -> str:
    if not user.has_password:
        return "the council's own sign-in"
    return "password and code" if user.has_second_factor else "password"


def _state(user: User) -> str:
    if not user.active:
        return "disabled"
    return "has not signed in yet" if user.must_change else ""
