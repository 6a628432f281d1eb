"""How fast the borough changes: rates of a year, with the published fact that each follows, or the word assumption.

Takes nothing, gives constants. Rates are a year and for each resident unless they say otherwise; shares are of the
whole they are named for; times are in years. Like those of ``calibration``, each is listed in
docs/explanation/fictional-borough.md, and a test holds the two together.
"""

from __future__ import annotations

# Lives ------------------------------------------------------------------------------------------------------------
BIRTHS = 0.011  # ONS births in England and Wales 2022: 10.1 for each 1,000 people; outer London about 12 to 14
MOTHERS_AGE = (30.9, 5.7)  # ONS birth characteristics 2021: mean age of mothers; the spread is an assumption
DEATHS = 0.009  # ONS deaths registered in England and Wales: 9 to 10 for each 1,000 people
MOVES_WITHIN = 0.040  # Census 2021, London: about one in eight had moved in the year, a third of them near by
ARRIVALS = 0.080  # ONS internal migration and long-term international migration, London boroughs: 6 to 12%
DEPARTURES = 0.080  # the same
MARRIAGES = 0.004  # weddings for each resident; ONS marriages 2022: 247,000 among 60 million people
BACK_TO_BIRTH_NAME = 0.35  # of women who part and bear a husband's name: assumption
PARTINGS = 0.003  # couples; ONS divorces are 1.3 for each 1,000 people, couples not married come on top
PARTED_WITHIN = 0.5  # of those who leave a partner, find a home in the borough: assumption
COUPLES_FORMED = 0.003  # of two who lived alone in the borough: assumption
LEAVE_HOME = 0.14  # of children of 18.5 and over: near ONS young adults living with their parents, half gone by 24
LEAVE_HOME_WITHIN = 0.45  # of those: calibration.LEFT_HOME_WITHIN_BOROUGH
NEW_PHONES = 0.09  # of people with a mobile: calibration.PHONE_CHANGES
NEW_EMAILS = 0.06  # of people with an address: calibration.EMAIL_CHANGES
YOUNG_MOVE_MORE = 20.0  # years of age of a household's head over which arrivals fall by a factor of e: assumption
SHARERS_AMONG_ARRIVALS = 0.18  # of arriving people, into a shared house: assumption

# What sources learn, and when -------------------------------------------------------------------------------------
#: Share of differences between an account and who lives there that council tax finds in a month: assumption.
COUNCIL_TAX_LEARNS = 0.60
#: The same of rents (the landlord is told), and of benefits (claimants must tell, and do not): assumption.
RENTS_LEARN, BENEFITS_LEARN = 0.55, 0.35
#: Mean years until somebody who may join a source does: assumption.
JOINS_WITHIN = {
    "libraries": 1.2, "electoral_register": 0.5, "freedom_pass": 0.3, "blue_badge": 1.0, "childrens_social_care": 0.8,
    "adult_social_care": 0.8, "parking_permits": 0.6,
}  # fmt: skip
#: Share of a source's people who join anew in a year beside those who have just come or come of age: assumption.
TURNOVER = {
    "libraries": 0.02, "electoral_register": 0.03, "freedom_pass": 0.03, "blue_badge": 0.12,
    "childrens_social_care": 0.16, "adult_social_care": 0.16, "parking_permits": 0.03,
}  # fmt: skip
#: Mean years for which a source holds somebody after their death, and after they left the borough; 0 is for ever.
#: Registrars tell the register at once, Tell Us Once some others, nobody the library: assumption.
DEAD_KEPT = {
    "libraries": 2.5, "electoral_register": 0.12, "freedom_pass": 1.2, "blue_badge": 1.0, "childrens_social_care": 0.0,
    "adult_social_care": 0.0, "parking_permits": 0.0,
}  # fmt: skip
LEAVERS_KEPT = {
    "libraries": 4.0, "electoral_register": 0.8, "freedom_pass": 1.5, "blue_badge": 1.5, "childrens_social_care": 4.0,
    "adult_social_care": 0.0, "parking_permits": 0.0,
}  # fmt: skip
DEATHS_WRITTEN = 0.5  # of deaths of clients that adult social care has not written yet, in a month: assumption
OLD_ENTRY_TAKEN_OFF = 0.10  # of electors' former entries, in a month: assumption
SLIPS_MENDED = 0.015  # of records looked at in a month, so that a slip in a name or date of birth goes: assumption
RENEWED = 0.65  # of permits, passes and badges that run out while the holder lives here: assumption
REPORTED_AGAIN = 0.45  # of a quarter's social care events in the next: calibration.SHARES
CLAIMS_END = 0.15  # of live claims, in a year; as many begin: assumption
BALANCES_MOVE = 0.08  # of accounts in arrears and tenancies, in a month: assumption
STATUS_MOVES = 0.03  # of children's records, in a month: assumption

# Deliveries -------------------------------------------------------------------------------------------------------
#: Months between deliveries; school censuses come when they are held. Assumption.
EVERY_MONTHS = {
    "council_tax": 1, "benefits": 1, "housing_rents": 1, "adult_social_care": 3, "childrens_social_care": 1,
    "school_admissions": 1, "homelessness": 1, "electoral_register": 1, "parking_permits": 1, "freedom_pass": 3,
    "blue_badge": 3, "libraries": 2, "antisocial_behaviour": 1, "licensed_premises": 6,
}  # fmt: skip
#: Of deliveries that are due: none comes; the one of this month comes a month late; the last comes again as it was;
#: the last comes again in no order. Assumption.
MISSED, LATE, REPEATED, REORDERED = 0.03, 0.035, 0.03, 0.03
#: Of a source's rows, in a month: absent by a fault of the export, and back after so many months at most. Assumption.
ROWS_ABSENT, MONTHS_ABSENT = 0.002, 3
