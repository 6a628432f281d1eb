"""Evidence about places at the desk: indices of areas, one area, one place that is applied for, options of a policy.

Takes a gate, a user and the evidence that is kept, gives figures that passed disclosure control. Each call asks whether
the user may see them for the purpose that they were counted for, and is a line of the audit. Of a place the line keeps
the area, as the point itself may be somebody's home.
"""

from __future__ import annotations

from datetime import date

from insighthub.accounts.users import User
from insighthub.desk.evidences import Evidences
from insighthub.desk.gate import Gate
from insighthub.desk.places_seen import (
    BANDWIDTHS,
    DENSITIES,
    AreaShown,
    DensityShown,
    IndexLine,
    IndexShown,
    OptionsAsked,
    OptionsShown,
    PlaceShown,
)
from insighthub.desk.refused import NotThere
from insighthub.errors import DataError, RunError
from insighthub.governance.actions import Action
from insighthub.governance.papers.document import Document
from insighthub.governance.purposes import named
from insighthub.vulnerability.application import Application, application, standing_in
from insighthub.vulnerability.definition import HarmIndex
from insighthub.vulnerability.densities import Of, densities
from insighthub.vulnerability.drivers import drivers, in_words
from insighthub.vulnerability.evidence import Evidence
from insighthub.vulnerability.maps import application_map, index_map
from insighthub.vulnerability.options import compare_options
from insighthub.vulnerability.pack import evidence_pack
from insighthub.vulnerability.result import PURPOSE, Result
from insighthub.vulnerability.whereabouts import Place, find_place, place_in_words

__all__ = ["PlacesDesk", "in_words"]


class PlacesDesk:
    """Evidence about places, for a user."""

    def __init__(self, gate: Gate, user: User, kept: Evidences) -> None:
        self._gate, self._user, self._kept = gate, user, kept

    def indices(self) -> tuple[IndexLine, ...]:
        """Return the indices that have a result.

        Raises:
            Refused: the user may not see them.
        """
        self._require()
        out = []
        for index in self._kept.indices():
            try:
                result = self._kept.evidence(index.id).result
            except RunError as error:
                why = f"{error.what[:1].upper()}{error.what[1:]}. {error.remedy}."
                out.append(IndexLine(index.id, index.title, index.description, None, "", why))
                continue
            out.append(IndexLine(index.id, result.index.title, result.index.description, result.as_of, result.run_id))
        return tuple(out)

    def index(self, index_id: str) -> IndexShown:
        """Return an index, with its map.

        Raises:
            Refused: the user may not see it.
            NotThere: there is no such index, or it has no result.
        """
        evidence = self._evidence(index_id)
        self._note(evidence, {"index": index_id})
        then = self._kept.earlier(index_id)
        places = evidence.places
        return IndexShown(
            result=evidence.result,
            purpose=named(self._gate.hub.policy().purpose, PURPOSE).title,
            map=index_map(evidence, lambda code: f"/places/{index_id}/areas/{code}"),
            earlier=_ranks(then),
            earlier_on=_day(then),
            most=_most(evidence.result),
            wrong=places.premises.quarantined.num_rows if places.has("premises") else 0,
            alike=self._kept.clusters(index_id),
            old=self._is_old(evidence),
        )

    def area(self, index_id: str, code: str) -> AreaShown:
        """Return one area of an index.

        Raises:
            Refused: the user may not see it.
            NotThere: there is no such index, or no such area.
        """
        evidence = self._evidence(index_id)
        areas = evidence.places.areas
        if code not in areas.codes:
            raise NotThere("there is no such area", remedy="Choose one that is listed")
        self._note(evidence, {"index": index_id, "area": code})
        row = areas.codes.index(code)
        within = areas.shapes[row].representative_point()
        then = self._kept.earlier(index_id)
        return AreaShown(
            result=evidence.result,
            drivers=None if code in evidence.result.hidden else drivers(evidence, code),
            name=areas.names[row],
            code=code,
            others=tuple(self._elsewhere(index_id, code)),
            earlier=_ranks(then).get(code),
            earlier_on=_day(then),
            premises=standing_in(evidence, code),
            middle=(round(within.x), round(within.y)),
        )

    def find(self, index_id: str, text: str) -> Place:
        """Return where a place is that is told as somebody tells it; see ``find_place``.

        Raises:
            Refused: the user may not see what is known of it.
            NotThere: there is no such index.
            DataError: the place is not known.
        """
        return find_place(self._evidence(index_id), text)

    def place(self, index_id: str, at: tuple[float, float], radius: float) -> PlaceShown:
        """Return what is known of a place.

        Args:
            index_id: the index.
            at: easting and northing.
            radius: of the circle, in metres.

        Raises:
            Refused: the user may not see it.
            NotThere: there is no such index.
            DataError: the place is far from all areas of the hub.
        """
        evidence = self._evidence(index_id)
        told = self._told(evidence, index_id, at, radius)
        then = self._kept.earlier(index_id)
        return PlaceShown(
            result=evidence.result,
            told=told,
            words=place_in_words(evidence, *at),
            map=application_map(evidence, told, lambda code: f"/places/{index_id}/areas/{code}"),
            earlier=_ranks(then),
            earlier_on=_day(then),
            old=self._is_old(evidence),
        )

    def pack(self, index_id: str, at: tuple[float, float], radius: float, *, about: str) -> Document:
        """Return the evidence about a place as a paper.

        Args:
            index_id: the index.
            at: easting and northing.
            radius: of the circle, in metres.
            about: what it is made for, in the officer's words, such as an application's reference; may be empty.

        Raises:
            Refused, NotThere, DataError: as ``place``.
        """
        evidence = self._evidence(index_id)
        told = self._told(evidence, index_id, at, radius, what="pack")
        words = place_in_words(evidence, *at)
        return evidence_pack(
            evidence,
            told,
            place=f"{about.strip()}. {words}" if about.strip() else words,
            council=self._gate.hub.settings.web.council,
            made_on=self._gate.clock().date(),
            earlier=self._kept.earlier(index_id),
        )

    def density(self, index_id: str, of: str, bandwidth: int) -> DensityShown:
        """Return where premises, or residents at greater risk, are close together.

        Args:
            index_id: the index.
            of: one of ``DENSITIES``.
            bandwidth: one of ``BANDWIDTHS``, in metres.

        Raises:
            Refused: the user may not see it.
            NotThere: there is no such index, density or bandwidth.
            DataError: of risk, no group of residents may be shown.
        """
        evidence = self._evidence(index_id)
        what: Of | None = next((each for each in DENSITIES if each == of), None)
        if what is None or bandwidth not in BANDWIDTHS:
            raise NotThere("there is no such map", remedy="Choose one that is listed")
        self._note(evidence, {"index": index_id, "what": f"density of {what}"})
        return DensityShown(evidence.result, densities(evidence, of=what, bandwidth=float(bandwidth)))

    def options(self, index_id: str, asked: OptionsAsked) -> OptionsShown:
        """Return what options of a policy would touch.

        Raises:
            Refused: the user may not see it.
            NotThere: there is no such index.
        """
        evidence = self._evidence(index_id)
        self._note(evidence, {"index": index_id, "what": "options"})
        about = set(evidence.result.index.premises)
        kinds = sorted({str(kind) for kind in evidence.premises.open_on(evidence.result.as_of).kinds} - about)
        return OptionsShown(
            evidence.result,
            compare_options(evidence, asked.options()),
            dict(zip(evidence.places.areas.codes, evidence.places.areas.names, strict=True)),
            tuple(kinds),
        )

    def _told(
        self, evidence: Evidence, index_id: str, at: tuple[float, float], radius: float, *, what: str = "place"
    ) -> Application:
        told = application(evidence, at, radius)
        if not told.circles or all(circle.beyond >= 1 for circle in told.circles):
            raise DataError("this place is far from all areas of the hub", remedy="Check the postcode or the point")
        self._note(evidence, {"index": index_id, "what": what, "area": told.area, "metres": round(radius)})
        return told

    def _elsewhere(self, index_id: str, code: str) -> list[tuple[str, int, int, int, int]]:
        found = []
        for index in self._kept.indices():
            if index.id == index_id:
                continue
            try:
                result = self._kept.evidence(index.id).result
            except RunError:  # the policy does not allow it any more: the list of indices says so
                continue
            row = next((r for r in result.scores.to_pylist() if r["area"] == code), None)
            if row is not None:
                ranks = (row["rank"], row["rank_low"], row["rank_high"])
                found.append((result.index.title, *ranks, result.scores.num_rows))
        return found

    def _is_old(self, evidence: Evidence) -> bool:
        return evidence.result.run_id != self._gate.hub.releases.current()

    def _require(self) -> None:
        self._gate.require(self._user, Action.SEE_PLACES, purpose=PURPOSE)

    def _evidence(self, index_id: str) -> Evidence:
        self._require()
        known: tuple[HarmIndex, ...] = self._kept.indices()
        if index_id not in {index.id for index in known}:
            raise NotThere("there is no such index, or it was not run yet", remedy="Choose one that is listed")
        return self._kept.evidence(index_id)

    def _note(self, evidence: Evidence, detail: dict[str, object]) -> None:
        told = {"release": evidence.result.run_id, **detail}
        with self._gate.noted(self._user, Action.SEE_PLACES, purpose=PURPOSE, detail=told):
            pass


def _most(result: Result) -> dict[str, str]:
    found: dict[str, tuple[float, str]] = {}
    for row in result.indicators.to_pylist():
        given = row["contribution"], row["title"]
        if given[0] > 0 and given > found.get(row["area"], (0.0, "")):
            found[row["area"]] = given
    return {area: title for area, (_, title) in found.items()}


def _day(result: Result | None) -> date | None:
    return None if result is None else result.as_of


def _ranks(result: Result | None) -> dict[str, int]:
    if result is None:
        return {}
    return dict(zip(result.scores["area"].to_pylist(), result.scores["rank"].to_pylist(), strict=True))
