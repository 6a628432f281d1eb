"""Every number that shapes the fictional borough, in one place, so that it can be argued with.

Takes nothing, gives constants. Each is listed in docs/explanation/fictional-borough.md with the published fact that
it follows, or the word "assumption" where there is none; a test holds the two together. Shares are of the whole they
are named for, rates are a year unless they say otherwise, and times are in years.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: The day of extraction. Fixed, because a borough must come out the same whenever it is made.
REFERENCE_DATE = dt.date(2026, 9, 30)
#: Months of service facts before that day.
MONTHS_OF_FACTS = 36
#: How far back moves are simulated; anything older has left no trace in an extract.
WINDOW_YEARS = 8.0


@dataclass(frozen=True)
class Community:
    """A community by the names its people bear, and what goes with it in the data."""

    share: float  # of residents
    ethnicity: str  # school census code
    children: float  # mean children ever born to a couple or lone parent
    grandparents: float  # share of families that a grandparent lives with
    lone_parents: float  # share of households with children that have one parent
    wives_take_name: float  # share of married women who bear their husband's family name
    middle_names: float  # share of people with a middle name on record
    family_name_first: float  # share of records that a clerk enters in the order the person says it
    first_january: float  # share of those born abroad whose true day of birth is not known to anyone


COMMUNITIES: dict[str, Community] = {
    "white_british": Community(0.309, "WBRI", 2.3, 0.03, 0.27, 0.82, 0.75, 0.002, 0.0),
    "white_irish": Community(0.011, "WIRI", 2.3, 0.03, 0.22, 0.82, 0.75, 0.002, 0.0),
    "romanian": Community(0.045, "WEEU", 2.3, 0.06, 0.15, 0.80, 0.30, 0.030, 0.0),
    "lithuanian": Community(0.024, "WEEU", 2.2, 0.04, 0.24, 0.85, 0.08, 0.010, 0.0),
    "polish": Community(0.020, "WEEU", 2.2, 0.04, 0.18, 0.88, 0.15, 0.010, 0.0),
    "albanian": Community(0.018, "WALB", 2.8, 0.12, 0.12, 0.80, 0.05, 0.010, 0.0),
    "bulgarian": Community(0.012, "WEEU", 2.1, 0.06, 0.18, 0.80, 0.15, 0.010, 0.0),
    "portuguese": Community(0.010, "WPOR", 2.3, 0.05, 0.22, 0.45, 0.60, 0.005, 0.0),
    "turkish": Community(0.008, "WTUR", 2.6, 0.08, 0.16, 0.80, 0.15, 0.005, 0.0),
    "nigerian": Community(0.105, "BNGN", 3.2, 0.07, 0.33, 0.75, 0.70, 0.045, 0.01),
    "ghanaian": Community(0.032, "BGHA", 3.0, 0.06, 0.36, 0.70, 0.55, 0.030, 0.01),
    "somali": Community(0.014, "BSOM", 4.0, 0.08, 0.42, 0.03, 0.75, 0.010, 0.22),
    "congolese": Community(0.014, "BCON", 3.3, 0.06, 0.36, 0.30, 0.30, 0.050, 0.06),
    "caribbean": Community(0.048, "BCRB", 2.5, 0.05, 0.45, 0.75, 0.70, 0.002, 0.0),
    "pakistani": Community(0.082, "APKN", 3.7, 0.22, 0.12, 0.18, 0.45, 0.020, 0.08),
    "bangladeshi": Community(0.098, "ABAN", 3.8, 0.20, 0.13, 0.08, 0.40, 0.020, 0.10),
    "sikh": Community(0.020, "AIND", 2.8, 0.24, 0.09, 0.60, 0.70, 0.010, 0.01),
    "indian": Community(0.034, "AIND", 2.4, 0.18, 0.07, 0.75, 0.35, 0.020, 0.01),
    "tamil": Community(0.014, "ASLT", 2.6, 0.15, 0.09, 0.55, 0.10, 0.060, 0.01),
    "chinese": Community(0.008, "CHNE", 2.1, 0.10, 0.10, 0.10, 0.20, 0.120, 0.0),
    "vietnamese": Community(0.005, "OVIE", 2.4, 0.14, 0.15, 0.05, 0.70, 0.120, 0.0),
    "afghan": Community(0.012, "OAFG", 4.0, 0.15, 0.13, 0.05, 0.10, 0.010, 0.35),
    "arab": Community(0.016, "OOTH", 3.3, 0.10, 0.15, 0.05, 0.35, 0.010, 0.05),
    "mixed": Community(0.043, "MOTH", 2.4, 0.03, 0.40, 0.70, 0.65, 0.005, 0.0),
}

#: Shares of residents by the name of a mix: the borough's own, and one of another kind of place, to see whether what
#: holds in the first holds in the second. Habits of naming stay those of the community.
MIXES: dict[str, dict[str, float]] = {
    "usual": {name: community.share for name, community in COMMUNITIES.items()},
    "northern_town": {
        "white_british": 0.55,
        "white_irish": 0.01,
        "romanian": 0.03,
        "lithuanian": 0.002,
        "polish": 0.05,
        "albanian": 0.0005,
        "bulgarian": 0.002,
        "portuguese": 0.002,
        "turkish": 0.002,
        "nigerian": 0.02,
        "ghanaian": 0.002,
        "somali": 0.004,
        "congolese": 0.0005,
        "caribbean": 0.01,
        "pakistani": 0.17,
        "bangladeshi": 0.03,
        "sikh": 0.02,
        "indian": 0.04,
        "tamil": 0.0005,
        "chinese": 0.004,
        "vietnamese": 0.0005,
        "afghan": 0.01,
        "arab": 0.01,
        "mixed": 0.03,
    },
}

#: Share of couples whose two partners come from one community.
SAME_COMMUNITY_COUPLES = 0.88

# Households -------------------------------------------------------------------------------------------------------
HOUSEHOLD_KINDS = {"couple": 0.565, "lone_parent": 0.155, "single": 0.205, "house_share": 0.075}
HOUSE_SHARE_SIZES = {2: 0.30, 3: 0.30, 4: 0.20, 5: 0.12, 6: 0.08}
#: Mean and spread of the age of the person at the head, by kind of household.
HEAD_AGE = {"couple": (45.5, 16.0), "lone_parent": (38.0, 8.5), "single": (62.0, 19.0), "house_share": (30.5, 7.0)}
PARTNER_AGE_GAP = (-2.0, 4.0)
AGE_AT_FIRST_BIRTH = (26.8, 4.4)
YEARS_BETWEEN_BIRTHS = 1.2  # mean beyond the first 1.3 years
TWIN_BIRTHS = 0.016  # of births to mothers who have another
#: Share of grown children still at home at 19, and how many years it takes to fall by a factor of e.
ADULT_CHILD_AT_HOME = (0.80, 5.0)
SON_NAMED_AFTER_FATHER = 0.02
MARRIED_COUPLES = 0.78
DOUBLE_BARRELLED = 0.05  # of women who change their name
AGE_AT_PARTNERSHIP = (26.5, 4.5)
RESIDENTS_A_HOSTEL = 20_000  # one hostel for every so many residents
HOSTEL_SIZE = 80
RESIDENTS_A_CARE_HOME = 12_000
CARE_HOME_SIZE = 38

# Dwellings and places ---------------------------------------------------------------------------------------------
DWELLING_KINDS = {"house": 0.688, "block": 0.277, "converted": 0.035}
TENURES = {"owned": 0.441, "social": 0.315, "private": 0.244}
COUNCIL_SHARE_OF_SOCIAL = 0.78
VACANT_DWELLINGS = 0.025
ADDRESSES_A_POSTCODE = 16
DWELLINGS_A_STREET = 42
DWELLINGS_A_SMALL_AREA = 650
FLATS_A_BLOCK = (8, 40)
#: Outward codes of valid form that Royal Mail has not given out.
OUTWARD_CODES = ("IG21", "IG22", "IG23", "RM31", "RM32", "RM33")
TOWNS = ("Eastmarsh", "Chadbrook", "Rippleham")

# Geography --------------------------------------------------------------------------------------------------------
#: South-western corner of the borough on the British National Grid, in metres: in the North Sea, where nobody lives.
GROUND_ORIGIN = (652_000.0, 391_000.0)
GROUND_SIDE = 560.0  # metres; a small area of the usual size is as large as a square of this side
GROUND_MOST_AREAS = 130  # beyond it small areas are taken together
GROUND_BEYOND = 1_000.0  # metres beyond the boundary in which premises are known too


@dataclass(frozen=True)
class Venue:
    """How many premises of a kind there are, and what draws them."""

    residents_each: int  # one that is open for every so many residents
    centre: float  # pull of a town's centre: log odds at its middle, falling over 350 metres
    deprived: float  # pull of deprivation: log odds for one standard deviation
    capacity: tuple[int, int] | None = None  # pupils, machines or beds, from and to; none where a register has none
    gambling: float = 0.0  # how much one exposes who lives beside it, a betting shop being 1


VENUES: dict[str, Venue] = {
    "betting shop": Venue(5_500, 3.6, 0.45, (2, 4), gambling=1.0),
    "adult gaming centre": Venue(24_000, 4.0, 0.50, (20, 80), gambling=1.3),
    "bingo": Venue(70_000, 3.6, 0.30, (60, 140), gambling=0.6),
    "school": Venue(3_600, 0.0, 0.0, (180, 1_400)),
    "treatment centre": Venue(60_000, 2.0, 0.40),
    "food bank": Venue(16_000, 0.8, 0.70),
    "payday lender": Venue(30_000, 5.0, 0.40),
    "pawnbroker": Venue(25_000, 5.0, 0.35),
}
VENUES_CLOSED = 0.25  # premises that closed in the last six years, for every one that is open
VENUES_BEYOND = 0.25  # premises of a kind beyond the boundary, for every one within

#: True log odds that a grown resident is harmed by gambling, and what adds to them.
RISK = {"base": -4.5, "male": 0.75, "under_35": 0.65, "over_65": -0.70, "hardship": 0.40, "exposure": 0.40}
RISK_METRES = 300.0  # over which the exposure to a premises falls by a factor of e
#: What an official index of deprivation takes in besides hardship, in standard deviations of areas' hardship.
DEPRIVATION_BESIDES = 0.6
#: Shares of residents whom the official estimate misses.
UNDERCOUNT = {
    "men_20_to_34": 0.08,
    "women_20_to_34": 0.04,
    "under_5": 0.03,
    "came_within_two_years": 0.15,
    "rest": 0.01,
}

# Moves, deaths ----------------------------------------------------------------------------------------------------
MOVE_RATE = {"owned": 0.040, "social": 0.055, "private": 0.210}
MOVES_WITHIN_BOROUGH = 0.46
LEFT_HOME_WITHIN_BOROUGH = 0.45  # of people under 33 living apart from parents
EX_PARTNER_WITHIN_BOROUGH = 0.30  # of lone parents
DEATHS_WINDOW_YEARS = 4.0
#: Deaths a year at 65; doubles every eight years of age.
DEATH_RATE_AT_65 = 0.011
PHONE_CHANGES = 0.09  # a year
EMAIL_CHANGES = 0.06
LANDLINE_AT_50 = 0.55
CHILD_PHONE_FROM_AGE = 16

# Names ------------------------------------------------------------------------------------------------------------
KNOWN_BY_NICKNAME = 0.55  # of people whose name has one
KNOWN_BY_MIDDLE_NAME = 0.035  # of people who have one
KNOWN_BY_SECOND_NAME_AFTER_MOHAMMED = 0.75
#: Zipf exponent of given names and family names within a community.
ZIPF_GIVEN, ZIPF_FAMILY = 0.75, 0.80


@dataclass(frozen=True)
class Habits:
    """How one source is kept: shares of its records.

    All are assumptions, within what data-quality audits of such systems report: a few percent of each field.
    """

    lag: float  # mean years since the person's details were last confirmed
    known_as: float = 0.05  # entered under the name they go by, of those who go by another
    initial_only: float = 0.01
    middle_kept: float = 0.5  # of those with a middle name
    given_typo: float = 0.015
    family_typo: float = 0.015
    other_spelling: float = 0.04  # of names with several usual spellings
    order_swapped: float = 0.004  # beyond the community's own order
    hyphen_lost: float = 0.35  # of double-barrelled names
    half_name: float = 0.10  # of double-barrelled names, only one half
    accents_kept: bool = False
    upper_case: bool = False
    dob_missing: float = 0.03
    dob_swapped: float = 0.006
    dob_digit: float = 0.008
    dob_first_january: float = 0.004
    dob_default: float = 0.006
    address_typo: float = 0.015
    address_missing: float = 0.01
    number_wrong: float = 0.006
    postcode_missing: float = 0.03
    postcode_no_space: float = 0.12
    postcode_letters: float = 0.012  # O for 0, I for 1
    postcode_wrong: float = 0.006
    uprn_missing: float = 0.08
    phone_missing: float = 0.25
    email_missing: float = 0.35
    id_missing: float = 0.10  # NHS number, NINO, UPN
    id_wrong: float = 0.004
    sex_missing: float = 0.02
    repeated_rows: float = 0.002


HABITS: dict[str, Habits] = {
    "council_tax": Habits(1.5, 0.10, 0.22, 0.10, upper_case=True, uprn_missing=0.03, postcode_missing=0.01),
    "benefits": Habits(0.7, 0.02, 0.004, 0.25, upper_case=True, dob_missing=0.005, id_missing=0.06, dob_swapped=0.004),
    "housing_rents": Habits(2.2, 0.06, 0.015, 0.30, upper_case=True, dob_missing=0.06, dob_default=0.05),
    "adult_social_care": Habits(0.9, 0.15, 0.004, 0.20, accents_kept=True, dob_missing=0.01, id_missing=0.14),
    "childrens_social_care": Habits(
        1.0, 0.18, 0.002, 0.20, accents_kept=True, dob_missing=0.02, dob_default=0.001, other_spelling=0.07
    ),
    "school_pupils": Habits(
        0.8, 0.04, 0.0, 0.70, accents_kept=True, dob_missing=0.001, dob_swapped=0.002, dob_default=0.0005
    ),
    "school_admissions": Habits(0.6, 0.08, 0.004, 0.15, accents_kept=True, given_typo=0.025, address_typo=0.03),
    "homelessness": Habits(0.2, 0.10, 0.004, 0.20, dob_missing=0.04, address_typo=0.03, phone_missing=0.10),
    "electoral_register": Habits(1.2, 0.02, 0.02, 0.55, uprn_missing=0.02, postcode_missing=0.005),
    "parking_permits": Habits(0.5, 0.18, 0.01, 0.05, email_missing=0.05, dob_missing=0.12, given_typo=0.02),
    "freedom_pass": Habits(2.0, 0.08, 0.004, 0.15, dob_missing=0.004, email_missing=0.55),
    "blue_badge": Habits(1.2, 0.08, 0.004, 0.20, dob_missing=0.004, email_missing=0.50),
    "libraries": Habits(2.6, 0.45, 0.01, 0.08, given_typo=0.022, dob_missing=0.30, phone_missing=0.12),
    "antisocial_behaviour": Habits(0.1, 0.35, 0.03, 0.03, given_typo=0.03, address_typo=0.04, other_spelling=0.10),
}

# Coverage ---------------------------------------------------------------------------------------------------------
#: Share of the people a source is for who are in it.
COVERAGE = {
    "electoral_register": 0.84,
    "school_pupils": 0.93,
    "school_admissions": 0.90,
    "freedom_pass": 0.88,
    "libraries_child": 0.66,
    "libraries_adult": 0.39,
    "parking_permits": 0.24,
    "blue_badge": 1.0,  # times a rate by age, see the extract
    "benefits": 0.25,
    "adult_social_care": 1.0,  # times a rate that doubles every seven years of age, see the extract
    "childrens_social_care": 0.10,
    "homelessness": 0.055,
    "antisocial_behaviour": 0.10,
}
OVERSEAS_NOT_ENTITLED_TO_VOTE = 0.12
JOINT_IN_ONE_NAME = 0.62  # of council tax couples, "MR J & MRS K SMITH" in the one name column

# The mess that is one source's own ------------------------------------------------------------------------------------
#: Shares of the records, people or cases that the name says; years where it says years.
SHARES: dict[str, dict[str, float]] = {
    "council_tax": {
        "covered": 0.975,  # of households
        "years_closed_accounts_kept": 4,
        "widow_made_liable": 0.75,  # of liable people who died and left a partner
        "executors": 0.85,  # of accounts whose last resident died
        "landlord_liable": 0.55,  # of house shares
        "slash_addresses": 0.03,  # "2/14"
        "family_name_first_with_comma": 0.17,
        "initials_in_joint_names": 0.55,
    },
    "benefits": {
        "ended_claims": 0.72,  # for every live one
        "years_ended_claims_kept": 7,
        "partner_never_taken_off": 0.5,  # of partners who left and live elsewhere in the borough
        "claimants_nino": 0.012,  # of other members
    },
    "housing_rents": {
        "years_former_tenancies_kept": 8,
        "occupants_recorded": 0.93,
        "end_date_missing": 0.25,  # of former occupants
        "letter_addresses": 0.35,  # "14B" for "Flat B"
    },
    "adult_social_care": {
        "two_ids": 0.03,  # of clients
        "agency_phone": 0.18,
        "reported_again": 0.45,  # of events, once; 0.25 of them once more
        "conflicting_reason": 0.12,  # of later reports
    },
    "childrens_social_care": {"sealed_adoption": 0.008, "unborn": 0.0025, "second_id": 0.04},
    "school_pupils": {"temporary_upn": 0.012, "dual_roll": 0.006, "preferred_surname": 0.06},
    "school_admissions": {"scrambled_address": 0.22},
    "homelessness": {"no_fixed_address": 0.13, "refuge": 0.015, "partner_missing": 0.35},
    "electoral_register": {
        "old_entry_left_on": 0.45,  # of movers whose first entry is out of date
        "leavers_left_on": 0.5,  # of people who left in the last 1.6 years
        "anonymous": 0.0004,
    },
    "parking_permits": {"business": 0.03, "scientific_uprn": 0.22, "details_renewed": 0.55},
    "freedom_pass": {"dead_holders_kept": 0.45, "old_portal_dates": 0.3},
    "blue_badge": {"dead_holders_kept": 0.45, "old_portal_dates": 0.3},
    "libraries": {"lapsed_kept": 0.6, "guardian_named": 0.92, "family_name_first_with_comma": 0.35},
    "antisocial_behaviour": {
        "unknown_party": 0.38,  # of the accused
        "no_address": 0.12,  # of the accused
        "turned_round": 0.06,  # of cases, by a complaint of the accused
        "role_confused": 0.04,
    },
}
