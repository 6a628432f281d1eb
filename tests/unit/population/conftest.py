"""A release of residents who live here, in numbers large enough to be told."""

from datetime import date

import pytest

from tests.unit.measures.conftest import Release

DAY = date(2026, 9, 30)


class Town(Release):
    """A release that is filled by the dozen."""

    def __init__(self):
        super().__init__()
        self.db.execute("CREATE TABLE not_counted (resident_id VARCHAR)")
        self.number = 0

    def people(self, many, *, sources=(), ethnicity=None, household=None, facts=(), **more):
        """Add residents who are alike, each in a household of their own where one is asked for; return their names."""
        names = []
        for _ in range(many):
            self.number += 1
            name = f"R{self.number}"
            self.resident(name, household=household and f"{household}{self.number}", **more)
            for source in sources:
                self.record(name, source, *facts)
            if ethnicity:
                self.db.execute("INSERT INTO golden VALUES (?, 'ethnicity', ?)", [name, ethnicity])
            names.append(name)
        return names

    def told(self, figure):
        """Return (group, group across) -> count as it is told."""
        query = "SELECT one, other, value FROM population_told WHERE figure = ?"
        return {(one, other): value for one, other, value in self.db.execute(query, [figure]).fetchall()}

    def counted(self, figure):
        query = "SELECT one, other, count FROM population_basis WHERE figure = ?"
        return {(one, other): count for one, other, count in self.db.execute(query, [figure]).fetchall()}


@pytest.fixture
def town():
    made = Town()
    yield made
    made.db.close()
