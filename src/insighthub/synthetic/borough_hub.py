"""The fictional borough's hub: the settings and contracts that its insight team would have written.

Takes a folder in which ``extracts`` are or will be, writes ``insighthub.toml``, ``policy.toml`` and
``contracts/borough.toml``. The policy is the one that every new hub begins with; the gateways are recorded as they
would be after an impact assessment.
"""

from __future__ import annotations

from pathlib import Path

from insighthub.governance.policy import POLICY, default_policy_text
from insighthub.synthetic import estimates
from insighthub.synthetic.borough import contract_text
from insighthub.synthetic.calibration import REFERENCE_DATE
from insighthub.synthetic.geography_files import FILES

#: The day of the borough's extracts, which a run of its hub is for.
DAY = REFERENCE_DATE

#: Settings that have a run count who the residents are, against the borough's own official estimates.
POPULATION = f"""\

[population]
figures = true
estimates = "extracts/{estimates.FILE}"
estimates_name = "{estimates.NAME}"
"""

_GATEWAY = 'legal_gateway = "Digital Economy Act 2017, s.35"'

_SETTINGS = (
    "# The hub of a fictional borough. Its purposes, in policy.toml, and its gateways are examples, and no advice.\n"
)

#: The folder of a hub in which the demonstration keeps the borough's geography.
PLACES = "places"


def places_settings(folder: Path) -> str:
    """Return the settings that name the files of the borough's geography, in TOML, and let measures go by small area.

    Args:
        folder: where they are, from the hub's folder.
    """
    named = "".join(f'{name} = "{(folder / file).as_posix()}"\n' for name, file in FILES.items())
    look_up = (folder / FILES["postcodes"]).as_posix()
    return f'\n[places]\n{named}\n[measures.areas]\nsmall_area = "{look_up}"\n'


def write_hub(home: Path, more_settings: str = "") -> None:
    """Write the borough's settings, policy and contracts; files of the same names are replaced.

    Args:
        home: the folder.
        more_settings: further settings, in TOML.
    """
    contracts = home / "contracts"
    contracts.mkdir(parents=True, exist_ok=True)
    text = contract_text().replace('# legal_gateway = ""', _GATEWAY).replace('path = "', 'path = "../extracts/')
    (contracts / "borough.toml").write_text(text, encoding="utf-8")
    (home / "insighthub.toml").write_text(_SETTINGS + more_settings, encoding="utf-8")
    (home / POLICY).write_text(default_policy_text(), encoding="utf-8")
