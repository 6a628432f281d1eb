"""The desk of a hub: where whoever is signed in takes a seat.

Takes a hub, gives seats; one desk serves a process, and any number of threads at once.

    desk = Desk(Hub("borough"))
    user = desk.front_door.session(token).user
    case = desk.open_case(user, purpose="customer_services")
    shown = desk.seat(user, case=case.case_id).picture("R7K2M9QX4TF")

``desk.oversight(user)`` is for those who answer for it all, and ``desk.front_door`` lets people in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from insighthub.accounts.users import User
from insighthub.desk import cases
from insighthub.desk.cases import Case
from insighthub.desk.data_desk import DataDesk
from insighthub.desk.evidences import Evidences
from insighthub.desk.figures import FiguresDesk
from insighthub.desk.front_door import FrontDoor
from insighthub.desk.gate import Gate
from insighthub.desk.glance import Glance, glance
from insighthub.desk.keeping import Keeping
from insighthub.desk.long_work import LongWork
from insighthub.desk.merged_ids import id_now
from insighthub.desk.my_cases import MyCase, my_cases
from insighthub.desk.our_residents import OurResidents, our_residents
from insighthub.desk.oversight import Oversight
from insighthub.desk.papers import paper, papers_of
from insighthub.desk.places_desk import PlacesDesk
from insighthub.desk.program_reads import ProgramReads
from insighthub.desk.projects import ProjectsDesk
from insighthub.desk.refused import refused
from insighthub.desk.review import ReviewDesk
from insighthub.desk.rights import RightsDesk
from insighthub.desk.seat import Seat
from insighthub.desk.waiting import Waiting, waiting
from insighthub.governance.actions import Action
from insighthub.governance.papers.document import Document
from insighthub.governance.purposes import Purpose
from insighthub.hub import Hub
from insighthub.store.run_log import now

OPEN_CASE, CLOSE_CASE = "open_case", "close_case"


class Desk:
    """The desk of a hub.

    Args:
        hub: the hub.
        clock: gives the time, UTC without a zone.
    """

    def __init__(self, hub: Hub, clock: Callable[[], datetime] = now) -> None:
        self.hub = hub
        self._gate = Gate(hub, clock)
        self.front_door = FrontDoor(hub, clock)
        self.long_work = LongWork(clock)
        self._evidences = Evidences(hub)

    def seat(self, user: User, purpose: str | None = None, case: int | None = None) -> Seat:
        """Return a user's seat, for a purpose or in one of their open cases, whose purpose stands then.

        Raises:
            Refused: they have no such case that is open, or it is for another purpose.
        """
        if case is None:
            return Seat(self._gate, user, purpose)
        found = self._case(user, case)
        if purpose is not None and purpose != found.purpose:
            raise refused("this case was opened for another purpose")
        return Seat(self._gate, user, found.purpose, found)

    def oversight(self, user: User) -> Oversight:
        """Return what a user oversees: audit, alerts, policy, accounts. Each call asks whether they may."""
        return Oversight(self._gate, user)

    def programs(self, user: User) -> ProgramReads:
        """Return what a user's programs read in counts. Each call asks whether they may."""
        return ProgramReads(self._gate, user)

    def data(self, user: User) -> DataDesk:
        """Return what a user sees of the data itself: runs, quality, corrections, sources. Each call asks whether."""
        return DataDesk(self._gate, user)

    def review(self, user: User) -> ReviewDesk:
        """Return the review of doubtful pairs and clusters for a user. Each call asks whether they may."""
        return ReviewDesk(self._gate, user)

    def figures(self, user: User) -> FiguresDesk:
        """Return the figures that a user may see and let out. Each call asks whether they may."""
        return FiguresDesk(self._gate, user)

    def places(self, user: User) -> PlacesDesk:
        """Return what a user sees of places: indices of areas, applications, options. Each call asks whether."""
        return PlacesDesk(self._gate, user, self._evidences)

    def waiting(self, user: User) -> Waiting:
        """Return what waits for a user who answers for it all, as far as their roles let them do something about it."""
        return waiting(self._gate, user)

    def rights(self, user: User) -> RightsDesk:
        """Return what a user does about residents' requests. Each call asks whether they may."""
        return RightsDesk(self._gate, user, self.long_work)

    def keeping(self, user: User) -> Keeping:
        """Return what a user does so that nothing is kept for too long. Each call asks whether they may."""
        return Keeping(self._gate, user, self.long_work)

    def papers(self, user: User) -> tuple[Document, ...]:
        """Return every paper, as the configuration is now.

        Raises:
            Refused: the user may not see them.
        """
        return papers_of(self._gate, user)

    def paper(self, user: User, name: str) -> Document:
        """Return a paper; that it was read is in the audit.

        Raises:
            Refused: the user may not see it.
            NotThere: there is no such paper.
        """
        return paper(self._gate, user, name)

    def projects(self, user: User) -> ProjectsDesk:
        """Return the projects that work on pseudonyms, and going back from these. Each call asks whether they may."""
        return ProjectsDesk(self._gate, user)

    def glance(self, user: User) -> Glance:
        """Return the borough at a glance.

        Raises:
            Refused: the user may not see it.
            RunError: there is no release.
        """
        return glance(self._gate, user)

    def our_residents(self, user: User) -> OurResidents | None:
        """Return who the residents are, in figures; None where there are none that the user may see.

        Raises:
            Refused: the user may not see them.
            RunError: there is no release.
        """
        return our_residents(self._gate, user)

    def actions(self, user: User) -> frozenset[Action]:
        """Return what a user may do, with a purpose where it takes one: what to put in a menu."""
        return self.hub.policy().actions_of(user.roles) if user.active else frozenset()

    def purposes(self, user: User, action: Action = Action.SEE_PICTURE) -> tuple[Purpose, ...]:
        """Return the purposes that a user may choose for an action."""
        return self.hub.policy().purposes_of(user.roles, action) if user.active else ()

    def glass_purposes(self) -> tuple[Purpose, ...]:
        """Return the purposes that breaking the glass gives."""
        return tuple(p for p in self.hub.policy().purpose if p.break_glass)

    def require(
        self, user: User, action: Action, *, purpose: str | None = None, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Ask whether a user may do something that is not about one resident; a refusal is in the audit.

        Raises:
            Refused: they may not.
        """
        self._gate.require(user, action, purpose=purpose, detail=detail)

    def require_any(self, user: User, action: Action) -> None:
        """Ask whether there is any purpose for which a user may do something; a refusal is in the audit.

        Raises:
            Refused: there is none.
        """
        if not self.purposes(user, action):
            raise self._gate.refuse(user, str(action), "none of your roles may do this for any purpose")

    def note(self, user: User, action: Action, *, detail: Mapping[str, Any] | None = None) -> None:
        """Ask as ``require`` does, and keep that it was done: before what was asked for is given.

        Raises:
            Refused: they may not.
        """
        self._gate.require(user, action, detail=detail)
        with self._gate.noted(user, action, detail=dict(detail or {})):
            pass

    def open_case(
        self, user: User, *, purpose: str, resident_id: str | None = None, reference: str | None = None
    ) -> Case:
        """Open a case for a purpose, about a resident if one is known.

        Raises:
            Refused: the user may not choose the purpose, or there is no such resident for it.
        """
        if resident_id is None:
            self._gate.require(user, Action.SEE_PICTURE, purpose=purpose)
            about = None
        else:
            about = self._gate.require_person(user, Action.SEE_PICTURE, resident_id, purpose=purpose)
        detail: dict[str, Any] = {}
        with self._gate.noted(user, OPEN_CASE, purpose=purpose, subject=about, detail=detail) as connection:
            opened = cases.open_case(
                connection,
                user_id=user.user_id,
                purpose=purpose,
                resident_id=about,
                reference=reference,
                at=self._gate.clock(),
            )
            detail["case"] = opened.case_id
        return opened

    def cases(self, user: User, *, closed: bool = False) -> tuple[Case, ...]:
        """Return a user's own cases, newest first, each with the id that its resident has now."""
        with self.hub.state.read() as connection:
            found = cases.cases(connection, user.user_id, closed=closed)
            now_ids = {c.resident_id: id_now(connection, c.resident_id) for c in found if c.resident_id}
        return tuple(_about(case, None if case.resident_id is None else now_ids[case.resident_id]) for case in found)

    def my_cases(self, user: User, *, most: int | None = None) -> tuple[MyCase, ...]:
        """Return a user's open cases, newest first, with whom they are about and what changed since the user looked."""
        return my_cases(self._gate, user, self.cases(user)[:most])

    def set_resident(self, user: User, case: int, resident_id: str) -> None:
        """Keep whom a case is about.

        Raises:
            Refused: it is no open case of theirs, or there is no such resident for its purpose.
        """
        found = self._case(user, case)
        about = self._gate.require_person(user, Action.SEE_PICTURE, resident_id, purpose=found.purpose)
        with self._gate.noted(user, OPEN_CASE, purpose=found.purpose, subject=about, detail={"case": case}) as state:
            cases.set_resident(state, case, about)

    def close_case(self, user: User, case: int) -> None:
        """Close a case.

        Raises:
            Refused: it is no open case of theirs.
        """
        found = self._case(user, case)
        with self._gate.noted(user, CLOSE_CASE, purpose=found.purpose, detail={"case": case}) as connection:
            cases.close_case(connection, case, self._gate.clock())

    def _case(self, user: User, number: int) -> Case:
        with self.hub.state.read() as connection:
            found = cases.find_case(connection, user.user_id, number)
        if found is None or found.closed_at is not None:
            raise self._gate.refuse(user, OPEN_CASE, "you have no open case of this number", detail={"case": number})
        return found


def _about(case: Case, resident_id: str | None) -> Case:
    if resident_id == case.resident_id:
        return case
    return Case(case.case_id, case.user_id, resident_id, case.purpose, case.reference, case.opened_at, case.closed_at)
