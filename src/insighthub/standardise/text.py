"""Text made plain before any rule reads it: upper case, no accents, no broken encoding.

Takes a cell as it was written, gives text that two systems would write alike. Latin letters lose their accents;
letters of other scripts are kept as they are, for a transliteration would be a guess.
"""

import re
import unicodedata

#: Every mark that people type for an apostrophe.
APOSTROPHES = "'’‘`´ʼ′ʹ＇"

#: Texts that say "nothing here" in any field.
PLACEHOLDERS = frozenset(
    {
        "N/A", "N.A.", "NULL", "NONE", "NIL", "(NULL)", "<NULL>", "#N/A", "#NULL!", "#REF!", "#VALUE!", "NAN",
        "NOT KNOWN", "NOT APPLICABLE", "NOT GIVEN", "NOT PROVIDED", "NOT RECORDED", "NOT STATED", "NOT SUPPLIED",
        "NO DATA", "NOT AVAILABLE", "UNKNOWN", "UNK", "UNKN", "N/K", "N K", "TBC", "TBA", "TO BE CONFIRMED",
        "TO BE ADVISED", "REFUSED", "WITHHELD", "DECLINED", "NO NAME", "NO SURNAME", "NO FORENAME", "BLANK",
        "MISSING", "UNDEFINED",
    }
)  # fmt: skip

_LONGEST_PLACEHOLDER = max(map(len, PLACEHOLDERS))


def word_set(*lines: str) -> frozenset[str]:
    """Return the words of some lines, which keeps long tables readable."""
    return frozenset(word for line in lines for word in line.split())


# Latin letters that do not come apart into a plain letter and an accent.
_LATIN = str.maketrans(
    {
        "ß": "SS", "ẞ": "SS", "æ": "AE", "Æ": "AE", "œ": "OE", "Œ": "OE", "ø": "O", "Ø": "O", "ł": "L", "Ł": "L",
        "đ": "D", "Đ": "D", "ð": "D", "Ð": "D", "þ": "TH", "Þ": "TH", "ı": "I", "ħ": "H", "Ħ": "H", "ŧ": "T",
        "Ŧ": "T", "ŋ": "N", "Ŋ": "N", "ə": "E", "Ə": "E", "ĸ": "K", "ſ": "S", "ƒ": "F", "Ɖ": "D", "ɖ": "D",
        "Ɓ": "B", "ɓ": "B", "Ɗ": "D", "ɗ": "D", "Ɛ": "E", "ɛ": "E", "Ɔ": "O", "ɔ": "O", "Ƙ": "K", "ƙ": "K",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "\u00ad": "", "\u200b": "", "\u200c": "",
        "\u200d": "", "\ufeff": "", "\u00a0": " ",
    }
)  # fmt: skip
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_NO_APOSTROPHES = str.maketrans(dict.fromkeys(APOSTROPHES, ""))
_NOT_ALNUM = re.compile(r"[\W_]+")
_NOTHING = re.compile(r"[\W_]*|([A-Z])\1{2,}|X{2,}", re.IGNORECASE)

# What Windows-1252 shows for the bytes 80 to 9F, with the five it leaves empty as Latin-1 shows them.
_BYTE_OF = {bytes([b]).decode("cp1252", errors="ignore") or chr(b): b for b in range(0x80, 0xA0)}
_BYTE_OF |= {chr(b): b for b in range(0x80, 0x100)}
_MOJIBAKE = re.compile(f"[\u00c2-\u00f4][{re.escape(''.join(c for c, b in _BYTE_OF.items() if b < 0xC0))}]{{1,3}}")


def _mend(match: re.Match[str]) -> str:
    try:
        return bytes(_BYTE_OF[c] for c in match[0]).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def repair_mojibake(text: str) -> str:
    """Return text with UTF-8 that was read as Windows-1252 put right: "MÃ¼ller" is "Müller".

    Only where it is certain: every letter above ASCII must be part of such a sequence, or nothing is touched.
    """
    if text.isascii():
        return text
    mended = _MOJIBAKE.sub(_mend, text)
    if mended == text or any(not c.isascii() for c in _MOJIBAKE.sub(lambda m: "" if _mend(m) != m[0] else m[0], text)):
        return text
    return mended


def fold(text: str) -> str:
    """Return text in upper case, without accents or vowel signs; punctuation and other scripts stay."""
    if text.isascii():
        return text.upper()
    # Some letters only come apart after another step (a ligature with an accent), so go on until nothing moves.
    for _ in range(8):
        before = text
        text = repair_mojibake(text).translate(_LATIN)
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
        if not text.isascii():
            text = "".join(c for c in text if unicodedata.category(c)[0] != "M")
        text = unicodedata.normalize("NFC", text).upper()
        if text == before:
            break
    return text


def without_apostrophes(text: str) -> str:
    """Return text with apostrophes of every shape taken out."""
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    return text.translate(_NO_APOSTROPHES)


def squeeze(text: str) -> str:
    """Return text with every run of white space made one space, and none at the ends."""
    return " ".join(text.split())


def is_placeholder(text: str) -> bool:
    """Say whether the text only says that nothing is known: "N/A", "UNKNOWN", "-", "XXXX"."""
    if len(text) > _LONGEST_PLACEHOLDER and text[0].isalnum() and text[0] != text[1]:
        return False
    return _NOTHING.fullmatch(text) is not None or text.upper() in PLACEHOLDERS


def known(text: str | None) -> str | None:
    """Return the text, or nothing where it says that nothing is known."""
    if text is None:
        return None
    text = text.strip()
    return None if not text or is_placeholder(text) else text


def plain_text(text: str | None) -> str | None:
    """Return free text to compare: folded, letters, digits and single spaces."""
    said = None if text is None else known(fold(text))
    if said is None:
        return None
    folded = without_apostrophes(said)
    return known(squeeze(_NOT_ALNUM.sub(" ", folded)))


def code_text(text: str | None) -> str | None:
    """Return an identifier to compare: folded, letters and digits only."""
    plain = plain_text(text)
    return None if plain is None else known(plain.replace(" ", ""))
