"""The worked example of the documentation: an index of Barking and Dagenham from open data, with its map.

    python -m scripts.barking_and_dagenham FOLDER

Takes the folder of the open data, which is not part of the project (docs/explanation/barking-and-dagenham.md names the
files and who publishes them), writes that page's figures and its map, and prints the areas ranked worst.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.marked_page import Markers, table_line
from insighthub import console
from insighthub.area_index.build import IndexResult, build
from insighthub.area_index.coherence import check_coherence
from insighthub.area_index.compare import compare
from insighthub.area_index.definition import IndexDefinition, read_definition
from insighthub.area_index.sensitivity import explain_shift, leave_one_out
from insighthub.area_index.uncertainty import simulate
from insighthub.charts.area_map import MapArea, MapPoint, area_map
from insighthub.charts.area_map_classes import fifths_by_rank
from insighthub.charts.draw import WIDE
from insighthub.places.areas import Areas, read_areas
from insighthub.places.interpolate import extensive, shares_by_points
from insighthub.places.libraries import shapely
from insighthub.places.locate import Postcodes, area_of, read_postcodes
from insighthub.places.near import within
from insighthub.places.neighbours import contiguity
from insighthub.places.premises import Premises, read_premises
from insighthub.spatial import global_moran, local_moran

ROOT = Path(__file__).parents[1]
INDEX = Path(__file__).with_suffix(".toml")
PAGE = ROOT / "docs" / "explanation" / "barking-and-dagenham.md"
MAP = PAGE.with_suffix(".svg")
MARKERS = Markers(
    "<!-- What follows is written by python -m scripts.barking_and_dagenham. -->",
    "<!-- What python -m scripts.barking_and_dagenham writes ends here. -->",
)
#: Of premises, and how far away one counts, in metres.
REACH = 400.0
#: Metres outside all areas within which a postcode is given to the nearest: boundaries are cut for display.
RIM = 5.0
WORST = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """The borough: 2021 areas, where postcodes are and in which area, and its betting shops.

    Args:
        areas: of 2021.
        wards: the ward of each area, by code.
        postcodes: where they are.
        area: (postcodes,) the row of each one's area.
        shops: those that could be placed.
        unplaced: how many shops of the register could not.
    """

    areas: Areas
    wards: dict[str, str]
    postcodes: Postcodes
    area: NDArray[np.int32]
    shops: Premises
    unplaced: int


def read_ground(folder: Path) -> Ground:
    """Read areas, postcodes and shops."""
    areas = read_areas(folder / "bd_lsoa21.geojson")
    postcodes = read_postcodes(folder / "bd_postcodes.csv")
    register = read_premises(folder / "betting_shops_bd_and_neighbours.csv", postcodes, kind="betting shop")
    area = area_of(areas, postcodes.easting, postcodes.northing, reach=RIM)
    wards = {row["lsoa21_code"]: row["ward24_name"] for row in _rows(folder / "bd_lookup_lsoa21_ward24.csv")}
    return Ground(areas, wards, postcodes, area, register.premises, register.quarantined.num_rows)


def indicators(folder: Path, ground: Ground) -> pa.Table:
    """Return the figures of each area, as the index reads them."""
    codes = ground.areas.codes
    young, adults = _young_adults(folder, ground)
    deprivation = {row["lsoa21_code"]: row for row in _rows(folder / "bd_imd2025_england_lsoa21.csv")}
    details = {row["lsoa21_code"]: row for row in _rows(folder / "bd_imd2025_england_lsoa21_indicators.csv")}
    out = np.array([float(details[code]["employment_domain_numerator"]) for code in codes])
    rate = np.array([float(deprivation[code]["Employment_score"]) for code in codes])
    households, poor = _deprived_households(folder)
    return pa.table(
        {
            "area": list(codes),
            "young_adults_count": young,
            "young_adults_population": adults,
            "out_of_work_count": out,
            "out_of_work_population": np.round(out / rate),  # published is the rate alone
            "mood_and_anxiety": [float(details[code]["mental_health_indicator"]) for code in codes],
            "deprived_households_count": [poor[code] for code in codes],
            "deprived_households_population": [households[code] for code in codes],
            "betting_shops": near_homes(ground),
        }
    )


def near_homes(ground: Ground, reach: float = REACH) -> Floats:
    """Return the density of shops near homes: of each postcode, then their mean by area; postcodes stand for homes."""
    pairs = within(ground.postcodes.easting, ground.postcodes.northing, ground.shops, reach)
    each = np.bincount(pairs.point, (1 - (pairs.metres / reach) ** 2) ** 2, len(ground.postcodes))
    number = np.bincount(ground.area, minlength=len(ground.areas))
    return np.asarray(np.bincount(ground.area, each, len(ground.areas)) / np.maximum(number, 1), np.float64)


def _young_adults(folder: Path, ground: Ground) -> tuple[Floats, Floats]:
    """Return people from 18 to 34, and all from 18, of the areas of 2021, from figures of those of 2011."""
    old = read_areas(folder / "bd_lsoa11.geojson")
    rows = {row["lsoa11_code"]: row for row in _rows(folder / "bd_population20_lsoa11.csv")}
    ages = [age for age in rows[old.codes[0]] if age.rstrip("+").isdigit()]
    people = np.array([[float(rows[code][age]) for age in ages] for code in old.codes])
    years = np.array([int(age.rstrip("+")) for age in ages])
    shares = shares_by_points(old, ground.areas, ground.postcodes.easting, ground.postcodes.northing)
    young, adults = (
        np.round(extensive(shares, people[:, which].sum(axis=1)))
        for which in ((years >= 18) & (years <= 34), years >= 18)
    )
    return young, adults


def _deprived_households(folder: Path) -> tuple[Counter[str], Counter[str]]:
    households: Counter[str] = Counter()
    poor: Counter[str] = Counter()
    for row in _rows(folder / "bd_household_deprivation21_lsoa21.csv"):
        households[row["lsoa21_code"]] += int(row["n"])
        if any(f"in {number} dimensions" in row["deprivation_dimensions"] for number in ("two", "three", "four")):
            poor[row["lsoa21_code"]] += int(row["n"])
    return households, poor


def map_svg(ground: Ground, built: IndexResult) -> str:
    """Return the map of the index, with the shops."""
    scores = dict(zip(built.scores["area"].to_pylist(), built.scores["score"].to_pylist(), strict=True))
    areas = [
        MapArea(code, name, shape, scores[code], f"score {scores[code]:.2f}")
        for code, name, shape in zip(ground.areas.codes, ground.areas.names, ground.areas.shapes, strict=True)
    ]
    shops = [
        MapPoint(float(e), float(n), "betting shop", str(name))
        for e, n, name in zip(ground.shops.easting, ground.shops.northing, ground.shops.names, strict=True)
    ]
    limits, labels = fifths_by_rank(built.scores["score"].to_pylist(), built.scores["rank"].to_pylist())
    figure = area_map(
        areas,
        title="The index by area, and the borough's betting shops",
        summary="See the tables of the page.",
        unit="Score, higher worse",
        breaks=limits,
        labels=labels,
        heading="Rank, 1 the worst",
        points=shops,
        key="barking-and-dagenham",
        note="Boundaries: Office for National Statistics and Ordnance Survey, Open Government Licence v3.",
    )
    if figure.picture is None:
        raise TypeError("a map draws itself")
    return figure.picture("barking-and-dagenham-wide", WIDE) + "\n"


def page(folder: Path, ground: Ground, index: IndexDefinition, table: pa.Table) -> tuple[str, str, pa.Table]:
    """Return the page's figures in Markdown, the map, and the areas with their ranks, the worst first."""
    built = build(index, table)
    ranks = simulate(index, table)
    worst = pa.table(
        {**{c: built.scores[c] for c in built.scores.column_names}, **{c: ranks[c] for c in ranks.column_names[1:]}}
    ).sort_by([("rank", "ascending"), ("area", "ascending")])
    parts = [
        *_what_went_in(ground, table),
        *_worst(ground, index, built, worst),
        *_wards(ground, worst),
        *_twice(index, table),
        *_left_out(index, ground, table),
        *_deprivation(folder, ground, built),
        *_neighbours(ground, built),
    ]
    return "\n".join(parts), map_svg(ground, built), worst


def _what_went_in(ground: Ground, table: pa.Table) -> Iterator[str]:
    edge = shapely.boundary(shapely.union_all(shapely.buffer(ground.areas.shapes, 1.0)))
    homes = shapely.points(ground.postcodes.easting, ground.postcodes.northing)
    near = float((shapely.distance(homes, edge) < REACH).mean())
    any_near = float((np.asarray(table["betting_shops"]) > 0).mean())
    yield "## What went in"
    yield ""
    yield (
        f"{len(ground.areas)} areas, {len(ground.postcodes):,} postcodes, and {len(ground.shops)} betting shops, each "
        f"at the middle of its postcode. {ground.unplaced} shops of neighbouring boroughs are in the register and "
        f"could not be placed, as only the borough's postcodes were at hand; {near:.0%} of its postcodes lie within "
        f"{REACH:.0f} metres of its boundary, where such shops may be wanting. {any_near:.0%} of the areas have a shop "
        f"within {REACH:.0f} metres of some of their postcodes."
    )
    yield ""


def _worst(ground: Ground, index: IndexDefinition, built: IndexResult, worst: pa.Table) -> Iterator[str]:
    title = {each.id: each.title for each in index.indicators}
    given: dict[str, list[tuple[float, str]]] = {}
    for row in built.indicators.to_pylist():
        given.setdefault(row["area"], []).append((row["contribution"], title[row["indicator"]]))
    name = dict(zip(ground.areas.codes, ground.areas.names, strict=True))
    yield f"## The {WORST} areas ranked worst"
    yield ""
    yield (
        f"Ranks of {worst.num_rows}, 1 the worst. The interval holds nine tenths of {index.uncertainty.draws:,} draws, "
        "in which weights, scales and small numbers were drawn anew."
    )
    yield ""
    yield table_line(["Rank", "Area", "Ward", "In nine draws of ten", "Among the worst tenth", "What raises it most"])
    yield table_line(["---:", "---", "---", "---", "---:", "---"])
    rows = worst.slice(0, WORST).to_pylist()
    for row in rows:
        top = [what for value, what in sorted(given[row["area"]], reverse=True)[:2] if value > 0]
        yield table_line(
            [
                str(row["rank"]),
                name[row["area"]],
                ground.wards[row["area"]],
                f"{row['rank_low']} to {row['rank_high']}",
                f"{row['worst_tenth']:.0%}",
                ", ".join([top[0], *(each.lower() for each in top[1:])]),
            ]
        )
    sure = sum(row["worst_tenth"] >= 0.9 for row in worst.to_pylist())
    low, high = (np.asarray(worst[name]) for name in ("rank_low", "rank_high"))
    pairs = np.triu((low[:, None] <= high) & (low <= high[:, None]), 1).sum() / (len(low) * (len(low) - 1) / 2)
    yield ""
    yield (
        f"{sure} of the {worst.num_rows} areas {'is' if sure == 1 else 'are'} among the worst tenth in nine draws of "
        f"ten or more. Half of all intervals are wider than {np.median(high - low):.0f} ranks, and the intervals of "
        f"{pairs:.0%} of all pairs of areas overlap: which of two such areas is worse is not known."
    )
    yield ""


def _wards(ground: Ground, worst: pa.Table) -> Iterator[str]:
    fifth = round(worst.num_rows / 5)
    counted = Counter(ground.wards[code] for code in worst["area"].to_pylist()[:fifth])
    every = Counter(ground.wards.values())
    most = max(counted.values())
    first = sorted(ward for ward, number in counted.items() if number == most)
    yield "## By ward"
    yield ""
    yield (
        f"The {fifth} areas of the worst fifth lie in {len(counted)} of the {len(every)} wards. Most are in "
        f"{' and '.join(f'{ward} ({most} of its {every[ward]} areas)' for ward in first)}. Another cut of wards would "
        "give other counts."
    )
    yield ""


def _twice(index: IndexDefinition, table: pa.Table) -> Iterator[str]:
    title = {each.id: each.title for each in index.indicators}
    found = check_coherence(index, table).correlation.to_pylist()
    yield "## What is counted twice"
    yield ""
    yield table_line(["Indicator", "And", "Correlation"])
    yield table_line(["---", "---", "---:"])
    for row in sorted(found, key=lambda r: -abs(r["correlation"])):
        yield table_line([title[row["indicator"]], title[row["other"]], f"{row['correlation']:.2f}".replace("-", "−")])
    yield ""


def _left_out(index: IndexDefinition, ground: Ground, table: pa.Table) -> Iterator[str]:
    title = {each.id: each.title for each in index.indicators} | {each.id: each.title for each in index.domains}
    name = dict(zip(ground.areas.codes, ground.areas.names, strict=True))
    yield "## What the ranks hang on"
    yield ""
    yield table_line(["Left out", "Mean shift in rank", "Largest", "Which moves most"])
    yield table_line(["---", "---:", "---:", "---"])
    for row in leave_one_out(index, table).to_pylist():
        said = f"{name[row['area']]}: {row['rank_before']} to {row['rank_after']}"
        which = title[row["left_out"]] + (" (the domain)" if row["kind"] == "domain" else "")
        yield table_line([which, f"{row['mean_shift']:.1f}", str(row["largest_shift"]), said])
    words = {"normalise": "the scale", "weights": "weights", "within": "the mean within domains"}
    words |= {"across": "the mean across domains"}
    words |= {f"without_{d.id}": f"leaving out “{d.title}”" for d in index.domains}
    shift = [row for row in explain_shift(index, table).to_pylist() if row["total"] >= 0.005]
    told = [f"{words[r['choice']]} {r['total']:.2f}" for r in sorted(shift, key=lambda r: -r["total"])]
    yield ""
    yield (
        "Of the variance in how far areas move when scale, weights and domains are chosen otherwise, each choice takes "
        f"part in this share (total-order Sobol indices): {', '.join(told)}."
    )
    yield ""


def _deprivation(folder: Path, ground: Ground, built: IndexResult) -> Iterator[str]:
    rows = _rows(folder / "bd_imd2025_england_lsoa21.csv")
    other = pa.table({"area": [r["lsoa21_code"] for r in rows], "score": [float(r["IMD_score"]) for r in rows]})
    found = compare(built.scores, other)
    scores = dict(zip(built.scores["area"].to_pylist(), range(built.scores.num_rows), strict=True))
    residents = np.asarray(built.scores["domain_residents"])[[scores[code] for code in other["area"].to_pylist()]]
    alone = compare(pa.table({"area": other["area"], "score": residents}), other)
    name = dict(zip(ground.areas.codes, ground.areas.names, strict=True))
    most = found.differ.slice(0, 3).to_pylist()
    told = "; ".join(f"{name[r['area']]} ({r['rank']} here, {r['other_rank']} of deprivation)" for r in most)
    yield "## Beside deprivation"
    yield ""
    yield (
        f"The rank correlation with the Index of Multiple Deprivation 2025 is {found.spearman:.2f}, and "
        f"{found.both_worst} of the {found.worst} worst areas are among the worst of both. The domain of residents "
        f"alone has {alone.spearman:.2f}: two of its four figures are deprivation's own, and a third is near to them. "
        f"What the index adds is where the shops are. The two differ most in {told}."
    )
    yield ""


def _neighbours(ground: Ground, built: IndexResult) -> Iterator[str]:
    weights = contiguity(ground.areas, gap=1.0)  # boundaries are simplified for display, each on its own
    scores = np.asarray(built.scores["score"])
    whole = global_moran(scores, weights, seed=1)
    local = local_moran(scores, weights, seed=1)
    stands = int(local.significant().sum())
    raw = int((local.p <= 0.05).sum())
    yield "## Are neighbours alike?"
    yield ""
    yield (
        f"Moran's I of the index is {whole.i:.2f} (p = {whole.p_permutation:.4f}), with areas that touch as neighbours."
        f" In local Moran {raw} areas have p of 0.05 or less; once the rate of false discovery is held at 5%, "
        f"{stands or 'none'} {'stands' if stands == 1 else 'stand'}."
    )
    yield ""


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Read the arguments, write the page and its map, and print the areas ranked worst."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the folder of the open data")
    folder = parser.parse_args().folder
    with console.user_errors(), console.Bars() as bars:
        bars.stage("Reading areas, postcodes, shops and figures")
        ground, index = read_ground(folder), read_definition(INDEX)
        table = indicators(folder, ground)
        bars.stage("The index and its rank intervals")
        text, svg, worst = page(folder, ground, index, table)
        MARKERS.write(PAGE, text.strip())
        MAP.write_text(svg, encoding="utf-8", newline="\n")
    name = dict(zip(ground.areas.codes, ground.areas.names, strict=True))
    for row in worst.slice(0, WORST).to_pylist():
        console.out.print(f"{row['rank']:>3}  {name[row['area']]}, ranks {row['rank_low']} to {row['rank_high']}")
    console.out.print(f"Written: {PAGE.relative_to(ROOT)}, {MAP.relative_to(ROOT)}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
