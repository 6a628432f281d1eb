"""The relational steps of linkage as SQL, written once in DuckDB's dialect.

Takes blocking rules and column names, gives statements; ``rendered`` puts one into another dialect. Spark runs them
over tables of any size, and the tests run the same ones on DuckDB and hold them against the default engine, which
sorts arrays instead.

Tables that the statements read:

    record     one row a record: row_no, copy_of (the first row that says the same, itself where none), code_<field>
    block_key  rule, bit, cap, side, row_no and the parts of the key, key_1, key_2, ...: one row for each rule and
               record; two where a rule holds some fields of the one against other fields of the other (sides 1 and 2)
    block      rule, cap, key_1, ..., and size, the entries that share the key, with how many are of each side
    candidate  left_no, right_no, and rules, a bit for each that gave the pair (bit 0: copies of one record)
    compared   left_no, right_no, rules, and the pattern of the pair
    scored     the same with weight, in bits
    edge       left_no, right_no of pairs that join
    clustered  row_no, first_no (the lowest record of its cluster), for records in components of two or more
    joined     first_no, final_no: clusters that a second look has joined, and the lowest record of the whole
    label      row_no, component (the lowest record that it is known to hang together with), and ahead
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlglot
from sqlglot import expressions as exp

from insighthub.linkage.blocking.joins import MOST
from insighthub.linkage.blocking.rule import BlockingRule

CODE = "code_"


def rendered(statement: str, tables: Mapping[str, str], *, dialect: str = "spark") -> str:
    """Render a statement in a dialect, with the tables it reads under other names.

    Args:
        statement: in DuckDB's dialect.
        tables: name in the statement -> name there; a name that is not among them stays, and so does one that the
            statement gives to a part of itself.
        dialect: sqlglot's name of the dialect.
    """
    parsed = sqlglot.parse_one(statement, read="duckdb")
    own = {part.alias for part in parsed.find_all(exp.CTE)}

    def renamed(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Table) and node.name in tables and node.name not in own:
            return exp.to_table(tables[node.name], alias=node.alias or node.name)
        return node

    return parsed.transform(renamed).sql(dialect=dialect)


def quoted(name: str) -> str:
    """Return a column's name as SQL; a contract may call a field what it likes."""
    return exp.to_identifier(name, quoted=True).sql(dialect="duckdb")


def _key_columns(rules: Sequence[BlockingRule]) -> list[str]:
    return [f"key_{i}" for i in range(1, max((len(rule.fields) for rule in rules), default=1) + 1)]


def block_keys(rules: Sequence[BlockingRule], cap: int) -> str:
    """Say what makes ``block_key``: the key of every record under every rule, where all parts of it are known.

    Copies of a record have none: the first of them stands for all.

    Args:
        rules: in order; the first is number 1.
        cap: most records in a block, of which a rule may take a share.
    """
    columns = _key_columns(rules)
    keys = [key for number, rule in enumerate(rules, start=1) for key in _keys_of(number, rule, cap, columns)]
    if not keys:
        keys.append(_key(1, 0, 0, ["-1"] * len(columns), columns))
    taken = ", ".join(f"keyed.key.{name} AS {name}" for name in ["rule", "bit", "cap", "side", *columns])
    known = " AND ".join(f"keyed.key.{name} >= 0" for name in columns)
    return f"""
    SELECT row_no, {taken}
    FROM (SELECT row_no, unnest([{", ".join(keys)}]) AS key FROM record WHERE copy_of = row_no) AS keyed
    WHERE {known}
    """


def _keys_of(number: int, rule: BlockingRule, cap: int, columns: Sequence[str]) -> list[str]:
    """Return a record's keys under a rule: one, or one for each side."""
    most = rule.cap(cap) if rule.other_fields else min(rule.cap(cap), MOST)
    sides = [(1, rule.fields), (2, rule.other_fields)] if rule.other_fields else [(0, rule.fields)]
    keys = []
    for side, fields in sides:
        parts = [quoted(CODE + field) for field in fields]
        if rule.in_any_order:
            # Sorted, a part that is not known stays -1.
            parts = [f"list_sort([{', '.join(parts)}])[{i}]" for i in range(1, len(parts) + 1)]
        keys.append(_key(number, most, side, [*parts, *["0"] * (len(columns) - len(parts))], columns))
    return keys


def _key(number: int, cap: int, side: int, parts: Sequence[str], columns: Sequence[str]) -> str:
    values = {"rule": str(number), "bit": f"CAST({2**number} AS BIGINT)", "cap": str(cap), "side": str(side)}
    values |= dict(zip(columns, parts, strict=True))
    return "{" + ", ".join(f"'{name}': {value}" for name, value in values.items()) + "}"


def blocks(rules: Sequence[BlockingRule]) -> str:
    """Say what makes ``block``: how many records share each key, on either side."""
    by = ", ".join(["rule", "cap", *_key_columns(rules)])
    return f"""
    SELECT
        {by},
        count(*) AS size,
        count(*) FILTER (WHERE side = 1) AS asking,
        count(*) FILTER (WHERE side = 2) AS answering
    FROM block_key
    GROUP BY {by}
    """


#: A block of one side alone makes no pair, and is none.
_MEETS = "(asking = 0) = (answering = 0)"

BLOCK_FACTS = f"""
SELECT
    rule,
    max(size) AS largest,
    count(*) FILTER (WHERE size > cap) AS capped_blocks,
    CAST(coalesce(sum(size) FILTER (WHERE size > cap), 0) AS BIGINT) AS capped_records
FROM block
WHERE {_MEETS}
GROUP BY rule
ORDER BY rule
"""

COPY_FACTS = """
SELECT coalesce(max(size), 0) AS largest
FROM (SELECT copy_of, count(*) AS size FROM record GROUP BY copy_of) AS copies
"""

RULES_OF_PAIRS = "SELECT rules, count(*) AS pairs FROM candidate GROUP BY rules ORDER BY rules"


def candidates(rules: Sequence[BlockingRule]) -> str:
    """Say what makes ``candidate``: the pairs of records in one block, each once, with the rules that gave it."""
    keys = ", ".join(["rule", *_key_columns(rules)])
    return f"""
    WITH kept AS (
        SELECT {", ".join(f"k.{name}" for name in ["row_no", "rule", "bit", "side", *_key_columns(rules)])}
        FROM block_key AS k
        JOIN block AS b USING ({keys})
        WHERE b.size BETWEEN 2 AND b.cap AND {_MEETS}
    ),
    found AS (
        SELECT least(l.row_no, r.row_no) AS left_no, greatest(l.row_no, r.row_no) AS right_no, l.bit AS bit
        FROM kept AS l
        JOIN kept AS r USING ({keys})
        WHERE (l.side = 0 AND r.side = 0 AND l.row_no < r.row_no)
            OR (l.side = 1 AND r.side = 2 AND l.row_no <> r.row_no)
        UNION ALL
        SELECT copy_of AS left_no, row_no AS right_no, CAST(1 AS BIGINT) AS bit
        FROM record
        WHERE copy_of < row_no
    )
    SELECT left_no, right_no, bit_or(bit) AS rules
    FROM found
    GROUP BY left_no, right_no
    """


GIVEN_ALREADY = """
SELECT sampled.left_no, sampled.right_no
FROM sampled
JOIN candidate ON candidate.left_no = sampled.left_no AND candidate.right_no = sampled.right_no
ORDER BY sampled.left_no, sampled.right_no
"""


def pairs_with_rows(table: str, columns: Sequence[str], *, sides: Sequence[str], keep: Sequence[str]) -> str:
    """Say how pairs get the columns of their rows.

    Args:
        table: the table of pairs.
        columns: of ``record``; a side's come out as ``l_<column>`` or ``r_<column>``.
        sides: "l", "r" or both.
        keep: columns of the pairs to keep.
    """
    ends = {"l": "left_no", "r": "right_no"}
    wanted = [f"p.{quoted(name)}" for name in keep]
    wanted += [f"{side}.{quoted(name)} AS {quoted(f'{side}_{name}')}" for side in sides for name in columns]
    joins = " ".join(f"JOIN record AS {side} ON {side}.row_no = p.{ends[side]}" for side in sides)
    return f"SELECT {', '.join(wanted)} FROM {table} AS p {joins}"


def patterns(columns: Sequence[str]) -> str:
    """Say what the distinct patterns are, in the order in which the sorted pairs first show them.

    Args:
        columns: of ``compared`` that make up a pattern.
    """
    by = ", ".join(quoted(name) for name in columns)
    return f"""
    SELECT {by}, count(*) AS pairs, min(CAST(left_no AS BIGINT) * 4294967296 + right_no) AS first_pair
    FROM compared
    GROUP BY {by}
    ORDER BY first_pair
    """


def weights_in_bins(bits: float) -> str:
    """Count the pairs that may be one person by bins of so many bits, with the lowest weight in each."""
    return f"""
    SELECT min(weight) AS weight, count(*) AS pairs
    FROM scored
    WHERE NOT barred
    GROUP BY floor(weight / CAST({bits!r} AS DOUBLE))
    ORDER BY weight
    """


def edges(bits: float) -> str:
    """Say what makes ``edge``: the scored pairs at or over the threshold."""
    return f"SELECT left_no, right_no FROM ({pairs_over(bits)}) AS joining"


def pairs_over(bits: float) -> str:
    """Return the scored pairs at or over a weight."""
    return f"SELECT * FROM scored WHERE CAST(weight AS DOUBLE) >= CAST({bits!r} AS DOUBLE)"


#: Every record that has a pair joined begins as a component of its own.
FIRST_LABELS = """
SELECT row_no, row_no AS component, row_no AS ahead
FROM (SELECT left_no AS row_no FROM edge UNION SELECT right_no AS row_no FROM edge) AS ends
"""

#: Across each edge a record, and the record that its component is named by, take the label ahead of the other end.
LOWEST_NEAR = """
WITH reached AS (
    SELECT edge.left_no AS row_no, here.component AS named_by, there.ahead AS component
    FROM edge
    JOIN label AS here ON here.row_no = edge.left_no
    JOIN label AS there ON there.row_no = edge.right_no
    UNION ALL
    SELECT edge.right_no AS row_no, here.component AS named_by, there.ahead AS component
    FROM edge
    JOIN label AS here ON here.row_no = edge.right_no
    JOIN label AS there ON there.row_no = edge.left_no
),
offered AS (
    SELECT row_no, component FROM reached
    UNION ALL
    SELECT named_by AS row_no, component FROM reached
    UNION ALL
    SELECT row_no, ahead AS component FROM label
)
SELECT row_no, min(component) AS component FROM offered GROUP BY row_no
"""

#: A component is named by a record in it; ahead is the label that this record has by now.
LOOK_AHEAD = """
SELECT near.row_no AS row_no, near.component AS component, named_by.component AS ahead
FROM near JOIN near AS named_by ON named_by.row_no = near.component
"""

MOVED = """
SELECT count(*) AS moved
FROM label JOIN looked ON looked.row_no = label.row_no
WHERE looked.component <> label.component OR looked.ahead <> label.ahead
"""


def members(buckets: int) -> str:
    """Say which records are in components of two or more, with their columns, by bucket of components."""
    return f"""
    SELECT label.component % {int(buckets)} AS bucket, record.*
    FROM label JOIN record ON record.row_no = label.row_no
    """


def pairs_inside(buckets: int) -> str:
    """Say which scored pairs lie within one component, by bucket of components."""
    return f"""
    SELECT a.component % {int(buckets)} AS bucket, scored.left_no, scored.right_no, scored.weight
    FROM scored
    JOIN label AS a ON a.row_no = scored.left_no
    JOIN label AS b ON b.row_no = scored.right_no
    WHERE a.component = b.component
    """


#: Scored pairs with the clusters of their records; a record that nothing joins is a cluster of its own.
_PLACED = """
SELECT scored.*, coalesce(a.first_no, left_no) AS one, coalesce(b.first_no, right_no) AS other
FROM scored
LEFT JOIN clustered AS a ON a.row_no = scored.left_no
LEFT JOIN clustered AS b ON b.row_no = scored.right_no
"""


def pairs_to_collect(lowest: float, near: float) -> str:
    """Return the scored pairs that are written or shown, those within components, and those that a second look needs.

    Two clusters are looked at again where some pair between them weighs enough, and then all pairs between them count.

    Args:
        lowest: weight of the least pair that is written or shown, in bits.
        near: weight over which a pair brings two clusters near.
    """
    return f"""
    WITH placed AS ({_PLACED}),
    near AS (
        SELECT DISTINCT least(one, other) AS low, greatest(one, other) AS high
        FROM placed
        WHERE one <> other AND NOT barred AND CAST(weight AS DOUBLE) > CAST({near!r} AS DOUBLE)
    )
    SELECT placed.*
    FROM placed
    LEFT JOIN near ON near.low = least(placed.one, placed.other) AND near.high = greatest(placed.one, placed.other)
    LEFT JOIN label AS l ON l.row_no = placed.left_no
    LEFT JOIN label AS r ON r.row_no = placed.right_no
    WHERE CAST(placed.weight AS DOUBLE) >= CAST({lowest!r} AS DOUBLE)
        OR l.component = r.component
        OR (near.low IS NOT NULL AND NOT placed.barred)
    """


#: The pairs between clusters that a second look has joined.
PAIRS_BETWEEN_JOINED = f"""
WITH placed AS ({_PLACED})
SELECT placed.*
FROM placed
JOIN joined AS x ON x.first_no = placed.one
JOIN joined AS y ON y.first_no = placed.other
WHERE placed.one <> placed.other AND x.final_no = y.final_no
"""
