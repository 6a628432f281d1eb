"""The words of an address: kinds of street and how they are written short, floors, flats, and addresses that are none.

Tables only. Short forms are written out, so that "RD" and "ROAD" are one word to whatever compares addresses.
"""

from insighthub.standardise.text import word_set

#: Short forms that mean one thing wherever they stand.
SHORT_FORMS = {
    "RD": "ROAD", "RAOD": "ROAD", "STR": "STREET", "STRT": "STREET", "STREETT": "STREET", "AV": "AVENUE",
    "AVE": "AVENUE", "AVEN": "AVENUE", "AVN": "AVENUE", "CL": "CLOSE", "CLS": "CLOSE", "CLO": "CLOSE",
    "CT": "COURT", "CRT": "COURT", "GDNS": "GARDENS", "GDN": "GARDENS", "GRDNS": "GARDENS", "GDS": "GARDENS",
    "DRV": "DRIVE", "LN": "LANE", "CRES": "CRESCENT", "CRESC": "CRESCENT", "CRS": "CRESCENT", "CRSE": "CRESCENT",
    "SQ": "SQUARE", "PL": "PLACE", "TER": "TERRACE", "TERR": "TERRACE", "TCE": "TERRACE", "GR": "GROVE",
    "GRV": "GROVE", "GRO": "GROVE", "GRN": "GREEN", "PK": "PARK", "PDE": "PARADE", "HSE": "HOUSE", "HSES": "HOUSES",
    "BLDG": "BUILDING", "BLDGS": "BUILDINGS", "BLD": "BUILDING", "COTT": "COTTAGE", "EST": "ESTATE",
    "BLVD": "BOULEVARD", "BVD": "BOULEVARD", "BLV": "BOULEVARD", "CIR": "CIRCLE", "CCT": "CIRCUIT",
    "HWY": "HIGHWAY", "PKWY": "PARKWAY", "TRL": "TRAIL", "WY": "WAY", "QY": "QUAY", "MWS": "MEWS", "BDGE": "BRIDGE",
    "UPR": "UPPER", "LWR": "LOWER", "NTH": "NORTH", "STH": "SOUTH", "GT": "GREAT", "LTL": "LITTLE", "FLT": "FLAT",
    "APT": "FLAT", "APARTMENT": "FLAT", "APPARTMENT": "FLAT", "APPT": "FLAT", "APTS": "APARTMENTS", "GRD": "GROUND",
    "GRND": "GROUND", "GND": "GROUND", "FLR": "FLOOR", "BSMT": "BASEMENT", "RM": "ROOM", "1ST": "FIRST",
    "2ND": "SECOND", "3RD": "THIRD", "4TH": "FOURTH", "5TH": "FIFTH", "6TH": "SIXTH", "7TH": "SEVENTH",
    "8TH": "EIGHTH", "9TH": "NINTH", "10TH": "TENTH", "STN": "STATION", "LDN": "LONDON", "ESX": "ESSEX",
}  # fmt: skip

#: Words that end the name of a street whatever stands before them.
STREET_KINDS = word_set(
    "ROAD STREET AVENUE CLOSE LANE DRIVE GARDENS CRESCENT TERRACE WAY BOULEVARD CIRCUIT HIGHWAY PARKWAY CIRCLE",
    "PARADE ALLEY STRASSE BYPASS BROADWAY CAUSEWAY APPROACH EMBANKMENT",
)
#: Words that may end the name of a street, of a building, or of a place.
MAYBE_STREET_KINDS = word_set(
    "COURT HILL PARK GREEN VIEW RISE GROVE SQUARE PLACE WALK ROW MEWS QUAY WHARF VALE YARD FIELDS FIELD MEADOW",
    "MEADOWS LOOP TRAIL PASSAGE PATH COMMON END GATE CHASE CROFT DENE HEIGHTS RIDGE MOUNT SIDE WOOD CROSS BANK",
    "BRIDGE LEA LEYS LAWN MALL ESPLANADE PROMENADE TRACK PLAZA PIKE DALE CORNER",
)
BUILDING_KINDS = word_set(
    "HOUSE COURT TOWER TOWERS MANSIONS BUILDING BUILDINGS LODGE COTTAGE APARTMENTS HEIGHTS POINT BLOCK VILLA VILLAS",
    "HALL HOSTEL FARM MANOR CENTRE",
)
COMPASS = frozenset({"NORTH", "SOUTH", "EAST", "WEST"})

#: Parts of a building that have a number or a letter of their own.
FLAT_KINDS = frozenset(
    {"FLAT", "UNIT", "ROOM", "STUDIO", "MAISONETTE", "BEDSIT", "SUITE", "PENTHOUSE", "ANNEXE", "ANNEX"}
)
FLOOR_FLATS = {
    "GFF": "GROUND FLOOR",
    "FFF": "FIRST FLOOR",
    "SFF": "SECOND FLOOR",
    "TFF": "TOP FLOOR",
    "LGF": "LOWER GROUND FLOOR",
}

#: An address that says there is none, or that it may not be told.
NO_ADDRESS = frozenset(
    {
        "NFA", "NO FIXED ABODE", "NO FIXED ADDRESS", "OF NO FIXED ABODE", "NO ABODE", "NO ADDRESS", "HOMELESS",
        "ROUGH SLEEPER", "ROUGH SLEEPING", "SOFA SURFING", "ADDRESS UNKNOWN", "UNKNOWN ADDRESS", "NO KNOWN ADDRESS",
        "NOT KNOWN", "UNKNOWN", "WITHHELD", "ADDRESS WITHHELD", "CONFIDENTIAL", "ADDRESS CONFIDENTIAL", "REFUGE",
        "ADDRESS PROTECTED", "PROTECTED ADDRESS", "STREET HOMELESS", "GONE AWAY", "ADDRESS NOT KNOWN", "NK", "NA",
        "NONE", "NO FIXED ABODE NFA", "NFA NO FIXED ABODE", "OTHER ELECTORS", "OVERSEAS ELECTOR", "SAME AS ABOVE",
        "AS ABOVE", "SAME",
    }
)  # fmt: skip

#: What follows a British address and says nothing more.
COUNTRIES = frozenset({"UK", "UNITED KINGDOM", "GREAT BRITAIN", "GB", "ENGLAND", "U K"})
