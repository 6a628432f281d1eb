"""The answers in a sheet that came back from a source.

Takes the path of a sheet that was sent and filled in, gives its rows' tickets and answers; every other column is left
alone, whatever was done to it. What cannot be understood is an error that names the row, so that nothing is guessed.
"""

from __future__ import annotations

from pathlib import Path

from insighthub.corrections.export import ANSWER, NOTE, TICKET
from insighthub.corrections.sheet import read_sheet
from insighthub.corrections.steps import ACCEPTED, REFUSED
from insighthub.errors import DataError

#: What an owner may write as an answer, in any case.
ANSWERS = {
    "accepted": ACCEPTED, "accept": ACCEPTED, "yes": ACCEPTED, "y": ACCEPTED,
    "refused": REFUSED, "refuse": REFUSED, "no": REFUSED, "n": REFUSED,
}  # fmt: skip


def read_answer_rows(path: Path) -> list[tuple[int, int, str | None, str]]:
    """Return row, ticket, answer (None: none yet) and note of each row of a sheet that names a ticket.

    Raises:
        DataError: it has no columns for ticket and answer, a row that cannot be understood, or a ticket twice.
    """
    sheet = read_sheet(path)
    header = [text.strip().lower() for text in sheet[0]] if sheet else []
    places = {name: header.index(name) for name in (TICKET, ANSWER, NOTE) if name in header}
    for name in (TICKET, ANSWER):
        if name not in places:
            raise DataError(
                f"the sheet has no column {name!r}",
                remedy="Answer in the sheet that was sent, and keep its header",
                file=path,
            )
    out = []
    seen: dict[int, int] = {}
    for row, cells in enumerate(sheet[1:], start=2):
        said = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        if not any(said.values()):
            continue
        number = said[TICKET].removesuffix(".0")
        if not (number.isascii() and number.isdigit()):
            raise DataError("this row names no ticket", remedy="Put its number back", file=path, row=row, column=TICKET)
        before = seen.setdefault(int(number), row)
        if before != row:
            raise DataError(
                f"this ticket stands in row {before} too",
                remedy="Leave one row a ticket",
                file=path,
                row=row,
                column=TICKET,
            )
        answer = said[ANSWER].lower()
        if answer and answer not in ANSWERS:
            raise DataError(
                "this is no answer", remedy="Write accepted or refused, or nothing", file=path, row=row, column=ANSWER
            )
        out.append((row, int(number), ANSWERS.get(answer), said.get(NOTE, "")))
    return out
