"""Words of pages on the data: what is wrong in a record, by kind of correction."""

from __future__ import annotations

from insighthub.desk.correction_desk import KINDS

KIND_WORDS: dict[str, str] = {str(kind): text[:1].upper() + text[1:] for kind, text in KINDS.items()}
