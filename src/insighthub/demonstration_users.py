"""The people of the demonstration: one user for each persona, with a password that is printed once.

Takes the demonstration's hub, gives its users with their passwords, which are kept nowhere. They need not change them,
and need no second factor: the demonstration's settings say so, as it holds nobody's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from insighthub.accounts import users
from insighthub.accounts.passwords import one_time_password
from insighthub.accounts.sign_in import set_password
from insighthub.accounts.users import User
from insighthub.governance.actions import Action
from insighthub.governance.audit import Line, append
from insighthub.hub import Hub
from insighthub.store.run_log import now

#: E-mail address, name, role.
PERSONAS = (
    ("officer@borough.example", "Olive Okafor", "officer"),
    ("senior@borough.example", "Sam Sutherland", "senior_officer"),
    ("analyst@borough.example", "Ana Ahmed", "analyst"),
    ("lead@borough.example", "Ines Ibrahim", "ig_lead"),
    ("leader@borough.example", "Lee Larsson", "leader"),
    ("licensing@borough.example", "Lina Lindqvist", "licensing_officer"),
    ("admin@borough.example", "Ada Adeyemi", "administrator"),
)
#: What is written into the settings of the demonstration's hub.
SETTINGS = """\

[web]
council = "Fictional borough"
# The borough's data are of one fixed day, and nothing is ever delivered after it: its index would be called old on
# every page. In a real hub leave this line out, so that pages say when the index is older than it should be.
stale_after_days = 36500

[sign_in]
# Nobody's data are here, so a password is enough. In a real hub leave this line out: to sign in then takes a code, too.
second_factor = false
"""


@dataclass(frozen=True)
class DemoUser:
    """A user of the demonstration, and the password that they sign in with."""

    user: User
    title: str
    password: str


def make_users(hub: Hub) -> tuple[DemoUser, ...]:
    """Make the users; those that are there from before get new passwords.

    Args:
        hub: the demonstration's.
    """
    titles = {role.name: role.title for role in hub.policy().role}
    made, at = [], now()
    with hub.state.write() as connection:
        for email, name, role in PERSONAS:
            found = users.find_user(connection, email) or users.add_user(
                connection, name=name, email=email, roles=[role], known_roles=titles, at=at
            )
            users.invite(connection, found.user_id, at, hub.settings.sign_in)  # ends whatever held before
            password = one_time_password()
            set_password(connection, found.user_id, password)
            users.enable(connection, found.user_id)
            detail = {"user": found.user_id, "roles": [role]}
            append(connection, Line("command line: demo", Action.MANAGE_USERS, detail=detail), at)
            made.append(DemoUser(users.user(connection, found.user_id), titles.get(role, role), password))
    return tuple(made)


def how_to_sign_in(made: Sequence[DemoUser]) -> Iterator[str]:
    """Say who can sign in, and with what."""
    yield "Sign in to the web app as one of these. The passwords are shown only now; running the demonstration again"
    yield "makes new ones. No second factor is asked for, in this demonstration only:"
    for each in made:
        yield f"    {each.user.email:<26}{each.password:<26}{each.title}"
