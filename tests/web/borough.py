"""A hub of a small fictional borough with a user for each persona, as pages need it: made once, and copied.

Takes a folder, gives ``Borough``: tokens of sessions by persona, and the places that paths of visits name, such as a
case and its resident.
"""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp

from insighthub.accounts import second_factor, sessions, sign_in, users
from insighthub.desk.desk import Desk
from insighthub.desk.figures import FIVE_SAFES
from insighthub.desk.review import Wanted
from insighthub.governance.alerts import Finding
from insighthub.hub import Hub
from insighthub.rights.retention import apply_retention
from insighthub.runs.begin import Asked
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, PLACES, POPULATION, places_settings, write_hub
from insighthub.vulnerability.definition import hub_index
from insighthub.vulnerability.result import run_index, write_result
from tests.made_once import made_once

RESIDENTS, AREAS = 900, 9
#: Persona -> name, roles. The second lead is there because two people change the policy.
PEOPLE = {
    "officer": ("Olive Officer", ("officer",)),
    "senior": ("Sam Senior", ("senior_officer",)),
    "analyst": ("Ana Analyst", ("analyst",)),
    "second_analyst": ("Bo Analyst", ("analyst",)),
    "third_analyst": ("Cy Analyst", ("analyst",)),
    "ig": ("Ines Lead", ("ig_lead",)),
    "second_ig": ("Ivo Lead", ("ig_lead",)),
    "leader": ("Lee Leader", ("leader",)),
    "licensing": ("Lina Licence", ("licensing_officer",)),
    "admin": ("Ada Admin", ("administrator",)),
    "managed": ("Max Managed", ("officer",)),  # whose account administrators change
    "nobody": ("Nell Newcomer", ()),
    "coded": ("Cody Coded", ("officer",)),
    "newcomer": ("Nina Newcomer", ("officer",)),
}
PASSWORD = "walrus teapot orbit 41"
METHODS = {"newcomer": "password", "coded": "password"}


@dataclass(frozen=True)
class Borough:
    """A borough's hub.

    Args:
        home: its folder.
        tokens: of a session of each persona.
        places: what paths name: ``{case}``, ``{resident}`` and so on.
        names: names of residents, of which none may stand in a title or an address.
    """

    home: str
    tokens: dict
    places: dict
    names: tuple


def email(persona):
    """Return the address that a persona signs in with."""
    return f"{persona}@council.example"


def make(home, settings=""):
    """Make the hub: extracts, a run, users, and something on each desk; with more settings, in TOML, if there are."""
    home = Path(home)
    generate(home / "extracts", residents=RESIDENTS, seed=4, places=home / PLACES, areas=AREAS)
    named = places_settings(Path(PLACES)).partition("[measures.areas]")[0]  # measures by area are tried elsewhere
    write_hub(home, settings + POPULATION + named)
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))
        hub.run(Asked(as_of=DAY + timedelta(days=1)))
        desk, at = Desk(hub), datetime.now(UTC).replace(tzinfo=None)
        known, people = {r.name for r in hub.policy().role}, {}
        with hub.state.write() as connection:
            for persona, (name, roles) in PEOPLE.items():
                people[persona] = users.add_user(
                    connection, name=name, email=email(persona), roles=roles, known_roles=known, at=at
                )
            tokens = _signed_in(connection, people, at, hub.settings.sign_in)
        places = _on_the_desks(desk, people) | _to_be_told(desk, people)
        places |= _on_the_leads_desk(desk, people, places)
        places |= {"user": people["managed"].user_id, "admin_user": people["admin"].user_id}
        places |= _where_gambling_may_harm(hub)
        every = hub.residents.everybody("safeguarding")
        names = [name for name in every["family_name"].to_pylist() if name and len(name) > 4]
        return Borough(str(home), tokens, places, tuple(sorted(set(names))[:200]))


def _where_gambling_may_harm(hub):
    """Run an index of areas; return an area of it, and a place to gamble."""
    for name in ("gambling_harm", "gambling_harm_with_ethnicity"):
        result = run_index(hub_index(hub.home, name), hub.releases, hub.places, hub.policy(), draws=100)
        # As though the release before were of a year ago, so that pages have something to hold ranks against.
        then = replace(result, run_id="r000001", as_of=result.as_of - timedelta(days=365))
        write_result(hub.home, then)
    shops = hub.places.premises.premises.of_kind("betting shop").open_on(DAY)
    return {
        "area": result.scores["area"][0].as_py(),
        "hidden_area": (result.hidden or ("",))[0],
        "easting": round(float(shops.easting[0])),
        "northing": round(float(shops.northing[0])),
    }


def _signed_in(connection, people, at, settings):
    """Have everybody signed in; return the tokens of their sessions.

    Who has a second factor, and who is to change a one-time password, signed in with a password of this hub; all
    others as by the identity provider, so that they have nothing to do first.
    """
    users.invite(connection, people["newcomer"].user_id, at, settings)
    key = urlsplit(second_factor.begin(connection, people["coded"].user_id)).query
    app = pyotp.TOTP(parse_qs(key)["secret"][0])
    second_factor.confirm(connection, people["coded"].user_id, app.at(at.replace(tzinfo=UTC)), at)
    for persona in ("coded", "senior"):
        sign_in.set_password(connection, people[persona].user_id, PASSWORD)
    return {
        persona: sessions.open_session(
            connection, user.user_id, method=METHODS.get(persona, "oidc"), at=at, settings=settings
        )
        for persona, user in people.items()
    }


def _on_the_desks(desk, people):
    """Open a case of an officer, whose resident has notes and decisions; return what paths name."""
    senior = people["senior"]
    case = desk.open_case(senior, purpose="safeguarding", reference="SG-7").case_id
    seat = desk.seat(senior, case=case)
    counter = desk.hub.residents  # whom both purposes know
    found = [
        one
        for one in seat.find("smith")
        if len(seat.records(one.resident_id)) > 2 and counter.records_of(one.resident_id, "customer_services")
    ]
    resident, other = found[0].resident_id, found[1].resident_id
    desk.set_resident(senior, case, resident)
    remark = seat.write_note(resident, "Prefers letters to calls.").remark_id
    seat.write_warning(resident, "Two officers to visit.", review_on=datetime(2031, 3, 1).date())
    records = seat.records(resident)
    seat.propose_correction(resident, records[0], field="mobile", proposed="07700900123", why="Told at the desk")
    seat.not_same_person([records[0]], [seat.records(other)[0]], note="They came together")
    decision = desk.hub.decisions()[-1].decision_id
    empty = desk.open_case(senior, purpose="customer_services").case_id
    safes = dict.fromkeys(FIVE_SAFES, "Answered")
    figures, ask_again = (
        desk.figures(people["analyst"]).ask("residents_known_to_three_or_more_services", safes).request_id for _ in "12"
    )
    desk.figures(people["ig"]).decide(ask_again, release=True, note="Nobody can be told from them")
    projects = desk.projects(people["analyst"])
    project = projects.make(
        title="Known to many services", question="Who is known to many?", purpose="policy", coarse="year",
        ends_on=datetime(2090, 1, 1).date(),
    ).project_id  # fmt: skip
    pseudonym = projects.table(project, "residents")["resident"][0].as_py()
    going_back, gone_back = (
        projects.ask_back(project, pseudonym, purpose="safeguarding", why="A child is at risk").request_id for _ in "12"
    )
    desk.projects(people["ig"]).decide(project, gone_back, approve=True, note="")
    return {
        **_in_review(desk, people),
        "project": project,
        "going_back": going_back,
        "gone_back": gone_back,
        "case": case,
        "empty_case": empty,
        "resident": resident,
        "other": other,
        "remark": remark,
        "decision": decision,
        "figures": figures,
        "released": ask_again,
    }


def _to_be_told(desk, people):
    """Have an officer suggest a correction to a source that an analyst may tell; return what paths name."""
    ticket = next(t for t in desk.hub.corrections.list() if t.source == "housing_rents" and t.field == "address")
    senior = people["senior"]
    seat = desk.seat(senior, purpose="safeguarding")
    record = next(r for r in seat.records(ticket.resident_id) if r.source == ticket.source)
    seat.propose_correction(ticket.resident_id, record, field="mobile", proposed="07700900456", why="Told at the desk")
    analyst = desk.data(people["analyst"]).corrections
    suggestion = analyst.tickets(ticket.source).suggestions[0].suggestion.suggestion_id
    return {
        "told": ticket.source,
        "ticket": ticket.correction_id,
        "suggested": ticket.source,
        "suggestion": suggestion,
    }


def _in_review(desk, people):
    """Draw what is to be reviewed, and answer some of it; return what paths name."""
    review = desk.hub.review
    review.draw(measure=150, teach=20, check=60)
    reviewers = [desk.review(people[name]) for name in ("analyst", "second_analyst", "third_analyst")]
    items = reviewers[0].board(Wanted(), limit=1000).items
    pairs = [item for item in items if item.kind == "pair"]
    once, twice = ([item.item_id for item in pairs if item.twice == each] for each in (False, True))
    measured = [item.item_id for item in pairs if item.purpose == "measure" and not item.twice]
    clusters = [item.item_id for item in items if item.kind == "cluster" and not item.twice]
    for reviewer, said in zip(reviewers, ("match", "not", "cannot_say"), strict=True):
        reviewer.answer(twice[0], said, note="I am not sure")
    for reviewer in reviewers[:2]:
        reviewer.answer(twice[1], "not")
    for item in measured[:14]:
        reviewers[1].answer(item, "match")
    answer = reviewers[0].answer(measured[14], "cannot_say").answer_id
    # Those that tests answer themselves come last.
    left = [number for number in once if number not in measured[:15]]
    return {
        "pair": next(number for number in reversed(measured) if number in left),
        "cluster": clusters[0],
        "other_cluster": clusters[1],  # which a journey parts
        "talk": twice[0],
        "decided": twice[1],
        "answered": measured[14],
        "answer": answer,
    }


def _on_the_leads_desk(desk, people, places):
    """Give the leads alerts, a proposal, requests of residents at each step, and a report of retention."""
    lead, second, resident = people["ig"], people["second_ig"], places["other"]
    reason = "A child is alone at home"
    first, glass = (
        desk.seat(people["officer"]).break_glass(places[who], purpose="safeguarding", reason=reason)
        for who in ("other", "resident")
    )
    desk.seat(people["officer"], purpose="safeguarding").picture(places["resident"])
    oversight = desk.oversight(second)
    alert, reviewed = oversight.alerts(kind="break_glass")
    assert reviewed.subject == first.resident_id
    oversight.review_alert(reviewed.alert_id, Finding.NOTHING_WRONG, note="Asked their manager")
    purpose = desk.hub.policy().purpose[0]
    changed = purpose.model_copy(update={"identifiers": True, "sources": purpose.sources[1:]})
    proposal = desk.oversight(lead).propose_purpose(changed)
    rights, today = desk.rights(lead), datetime.now(UTC).date()
    numbers = {}
    for kind in ("access", "rectify", "restrict", "object", "erase"):
        number = numbers[kind] = rights.open_request(
            kind, resident, requester="They", received=today, note="", purpose="subject_access"
        )
        rights.check_identity(number, how="A passport at the desk")
        rights.go_to(number, "granted", note="")
    late, flagged = (
        rights.open_request(kind, resident, requester="They", received=day, note="By post", purpose="subject_access")
        for kind, day in (("access", today - timedelta(days=70)), ("restrict", today))
    )
    rights.check_identity(flagged, how="A passport at the desk")
    rights.go_to(flagged, "granted", note="")
    rights.flag(flagged, purposes=["customer_services", "safeguarding", "subject_access"])
    # Of a day on which nothing was over: the borough is to stay as it is.
    report = apply_retention(desk.hub, on=date(2000, 1, 1), by=lead.email)
    return {
        "glass": glass.glass_id,
        "alert": alert.alert_id,
        "reviewed_alert": reviewed.alert_id,
        "proposal": proposal.version,
        "late": late,
        "restricted": flagged,
        "flag": rights.flags(flagged)[0].flag_id,
        "report": report.report_id,
        **numbers,
    }


def one_of_these(tmp_path_factory, states):
    """Return a borough of one's own; where states are kept beside their hubs, a copy of one that is made once."""
    home = tmp_path_factory.mktemp("borough") / "hub"
    if settings := states.settings():
        home.mkdir()
        return make(home, settings)
    made = made_once(tmp_path_factory, "borough", lambda folder: asdict(make(folder)), home)
    return replace(Borough(**made), home=str(home), names=tuple(made["names"]))
