"""The fictional borough's hub: the settings and contracts that its insight team would have written.

Takes a folder in which ``extracts`` are or will be, writes ``insighthub.toml`` and ``contracts/borough.toml``. The
purposes are those that a council may agree; the gateways are recorded as they would be after an impact assessment.
"""

from __future__ import annotations

from pathlib import Path

from insighthub.synthetic.borough import contract_text
from insighthub.synthetic.calibration import REFERENCE_DATE

#: The day of the borough's extracts, which a run of its hub is for.
DAY = REFERENCE_DATE

_GATEWAY = 'legal_gateway = "Digital Economy Act 2017, s.35"'

_SETTINGS = """\
# The hub of a fictional borough. Its purposes and gateways are examples, and no advice.

[[purpose]]
name = "customer_services"
title = "Customer services: the resident in front of you"
basis = "public task; Local Government Act 1972, s.111"
sources = [
    "council_tax", "benefits", "housing_rents", "parking_permits", "libraries", "school_admissions", "freedom_pass",
]

[[purpose]]
name = "safeguarding"
title = "Safeguarding enquiry or assessment"
basis = "Care Act 2014, s.42; Children Act 1989, ss.17 and 47"
sources = ["*"]
special_category = true
identifiers = true
hidden = true

[[purpose]]
name = "policy"
title = "Statistics for policy, by no one's name"
basis = "public task; Data Protection Act 2018, s.19"
sources = ["*"]
special_category = true
"""


def write_hub(home: Path) -> None:
    """Write the borough's settings and contracts; files of the same names are replaced."""
    contracts = home / "contracts"
    contracts.mkdir(parents=True, exist_ok=True)
    text = contract_text().replace('# legal_gateway = ""', _GATEWAY).replace('path = "', 'path = "../extracts/')
    (contracts / "borough.toml").write_text(text, encoding="utf-8")
    (home / "insighthub.toml").write_text(_SETTINGS, encoding="utf-8")
