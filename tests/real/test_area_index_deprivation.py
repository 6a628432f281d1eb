"""The English Indices of Deprivation 2025 rebuilt for the 115 areas of a borough, as far as what is published allows.

Scores and national ranks are published for domains and subdomains, and so are many indicators. The figures here are
those of docs/explanation/area-index.md.
"""

import os
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest

from insighthub.area_index.build import build
from insighthub.area_index.coherence import check_coherence
from insighthub.area_index.compare import compare
from insighthub.area_index.definition import Domain, Uncertainty
from insighthub.area_index.normalise import exponential_of_rank
from insighthub.area_index.ranking import worst_first
from insighthub.area_index.uncertainty import simulate
from tests.unit.area_index.an_index import index, indicator

pytestmark = pytest.mark.real

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "area-index.md"
#: LSOAs of England in 2021, of which ranks are published.
ENGLAND = 33_755
#: Scores are published to three decimals.
ROUNDED = 0.0006
OFFICIAL = {
    "Income": 22.5,
    "Employment": 22.5,
    "Health": 13.5,
    "Education": 13.5,
    "Crime": 9.3,
    "Housing_and_Services": 9.3,
    "Environment": 9.3,
}
HEALTH = (
    "years_of_potential_life_lost_indicator",
    "comparative_illness_and_disability_ratio_indicator",
    "acute_morbidity_indicator",
    "mental_health_indicator",
)

CRIME = (
    "violence_with_injury",
    "violence_without_injury",
    "stalking_and_harassment",
    "burglary",
    "theft",
    "criminal_damage",
    "public_order_and_possession_of_weapons",
    "anti_social_behaviour",
)
BARRIERS = (
    "household_overcrowding_indicator_bedrooms",
    "housing_affordability_indicator",
    "patient_to_gp_ratio",
    "digital_connectivity_broadband_download_and_upload_speeds",
)


@pytest.fixture(scope="module")
def borough():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        from benchmarks import datasets
    folder = datasets.data_root() / "geo"
    files = [folder / f"bd_imd2025_england_lsoa21{part}.csv" for part in ("", "_subdomains", "_indicators")]
    absent = [file.name for file in files if not file.is_file()]
    if absent and not os.environ.get("CI"):
        pytest.skip(f"public data not found: {', '.join(absent)}")
    assert not absent, "the public data must be there in CI"
    first, *others = [pyarrow.csv.read_csv(file) for file in files]
    for other in others:
        assert other["lsoa21_code"].equals(first["lsoa21_code"])
        for name in other.column_names[1:]:
            first = first.append_column(name.partition("_rate_per_")[0], other[name])
    assert first.num_rows == 115
    return first


def said(text):
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert text in page, f"the page does not say: {text}"


def stretched(borough, name):
    """The exponential scale of a national rank, of which 1 is the most deprived."""
    return exponential_of_rank((ENGLAND + 1 - borough[f"{name}_rank"].to_numpy()) / ENGLAND)


def published(borough, name):
    return borough[f"{name}_score"].to_numpy()


@pytest.mark.parametrize(
    ("domain", "parts"),
    [
        ("Education", {"children_and_young_people": 0.5, "adult_skills": 0.5}),
        ("Housing_and_Services", {"geographical_barriers": 0.5, "wider_barriers": 0.5}),
        ("Environment", {"indoors": 0.7, "outdoors": 0.3}),
    ],
)
def test_domains_of_two_subdomains_are_rebuilt_to_the_last_published_digit(borough, domain, parts):
    rebuilt = sum(weight * stretched(borough, part) for part, weight in parts.items())
    assert np.abs(rebuilt - published(borough, domain)).max() < ROUNDED
    assert (worst_first(rebuilt) == worst_first(-borough[f"{domain}_rank"].to_numpy())).all()
    said("scores of Education, Housing and Living Environment are rebuilt to the third decimal, and all 115 ranks")


def test_the_index_of_multiple_deprivation_is_rebuilt_to_the_last_published_digit(borough):
    rebuilt = sum(weight / 100 * stretched(borough, domain) for domain, weight in OFFICIAL.items())
    assert np.abs(rebuilt - published(borough, "IMD")).max() < ROUNDED
    assert (worst_first(rebuilt) == worst_first(-borough["IMD_rank"].to_numpy())).all()
    said("The index of multiple deprivation is rebuilt to the third decimal")


def of_domains(**settings):
    """The seven domains by their scores, each ranked within the borough."""
    return index(
        *(indicator(f"{name.lower()}_score", name.lower(), shrink=False) for name in OFFICIAL),
        domains=tuple(Domain(id=name.lower(), title=name, weight=weight) for name, weight in OFFICIAL.items()),
        weights="budget",
        normalise="exponential",
        **settings,
    )


def lowered(borough):
    return borough.rename_columns([name.lower() for name in borough.column_names])


def test_ranked_within_the_borough_alone_the_index_is_near_the_national_one(borough):
    found = build(of_domains(), lowered(borough), area="lsoa21_code")
    beside = compare(found.scores, borough, column="IMD_score", area="lsoa21_code")
    print("within", beside.spearman, beside.both_worst, beside.worst)
    said(f"rank correlation with the published index is {beside.spearman:.3f}")
    said(f"{beside.both_worst} of the {beside.worst} worst areas are the same")


def test_intervals_under_other_weights_hold_the_published_rank(borough):
    definition = of_domains(uncertainty=Uncertainty(vary=("weights",)))
    found = simulate(definition, lowered(borough), 1000, seed=1, area="lsoa21_code")
    rank = worst_first(-borough["IMD_rank"].to_numpy())
    held = (found["rank_low"].to_numpy() <= rank) & (rank <= found["rank_high"].to_numpy())
    width = np.median(found["rank_high"].to_numpy() - found["rank_low"].to_numpy())
    print("held", held.sum(), width)
    said(f"holds the published rank in {held.sum()} of 115 areas")
    said(f"half of the intervals are wider than {width:.0f} ranks")


def nearness(borough, names, score, weights):
    definition = index(*(indicator(name) for name in names), weights=weights)
    found = build(definition, borough, area="lsoa21_code")
    return compare(found.scores, borough, column=f"{score}_score", area="lsoa21_code")


def test_parts_made_of_indicators_are_near_without_factor_weights(borough):
    parts = (("Health", HEALTH, "Health"), ("Crime", CRIME, "Crime"), ("Wider barriers", BARRIERS, "wider_barriers"))
    for title, names, score in parts:
        equal, pca = (nearness(borough, names, score, weights).spearman for weights in ("equal", "pca"))
        print(title, equal, pca)
        said(f"| {title} | {len(names)} | {equal:.3f} | {pca:.3f} |")


def test_adult_skills_and_geographical_barriers_are_one_published_indicator_each(borough):
    for name, score, way in (
        ("adult_skills_and_english_language_proficiency_indicator", "adult_skills", "higher is worse"),
        ("connectivity_score", "geographical_barriers", "lower is worse"),
    ):
        found = build(index(indicator(name, direction=way)), borough, area="lsoa21_code")
        beside = compare(found.scores, borough, column=f"{score}_score", area="lsoa21_code")
        assert beside.spearman == pytest.approx(1, abs=2e-4)


def test_what_deprivation_counts_twice_is_told(borough):
    found = check_coherence(of_domains(), lowered(borough), area="lsoa21_code")
    whole = found.domains.to_pylist()[-1]
    wrong = [row["indicator"] for row in found.indicators.to_pylist() if row["wrong_sign"]]
    print(whole, found.double.num_rows, wrong)
    said(f"Cronbach's alpha of the seven domains is {whole['alpha']:.2f}")
    said(f"their first component has {100 * whole['first_component']:.0f}% of the variance")
