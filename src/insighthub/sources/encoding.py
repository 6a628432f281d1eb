"""Turns the bytes of a text file into UTF-8, whatever they were written in, and says what that was.

Takes bytes, gives UTF-8 bytes. Councils' systems write UTF-8, UTF-16 and Windows-1252, and one delivery
may hold two of them, when two exports were put end to end. So whatever is valid UTF-8 is read as such, and only the
bytes that are not are read as Windows-1252: valid UTF-8 hardly ever arises by chance. Bytes that are neither become
the control character SUBSTITUTE, which exists for that purpose, and the row checks put their row aside.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

#: Stands for bytes that could not be read.
SUBSTITUTE = "\x1a"
#: Names the way of decoding that puts it there.
SUBSTITUTE_HANDLER = "insighthub.substitute"

_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\v\f") + b"\x7f"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)
_SAMPLE = 4096
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


@dataclass(frozen=True)
class Text:
    """A file's text.

    Args:
        data: valid UTF-8 without a byte order mark; lines end with LF or CRLF.
        encoding: what it was, in words.
        has_controls: whether there are control characters other than tab and line ends.
        warnings: what the user should know, in sentences.
    """

    data: bytes
    encoding: str
    has_controls: bool
    warnings: tuple[str, ...] = ()


def read_text(data: bytes, declared: str | None = None) -> Text:
    """Return the text of a file as UTF-8.

    Args:
        data: the whole file.
        declared: the encoding that the contract names, a name that Python knows; a byte order mark overrules it.
    """
    text, label, warnings = _decode(data, declared)
    if b"\r" in text and b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    lost = text.count("\ufffd".encode())
    if lost:
        warnings.append(f"{lost:,} characters had already been lost when the file was written; they stay as U+FFFD.")
    has_controls = len(text.translate(None, _CONTROLS)) != len(text)
    return Text(text, label, has_controls, tuple(warnings))


def _decode(data: bytes, declared: str | None) -> tuple[bytes, str, list[str]]:
    for mark, codec, label in _BOMS:
        if data.startswith(mark):
            warnings = []
            if declared and codecs.lookup(declared).name.split("-")[:2] != codec.split("-")[:2]:
                warnings = [f"The contract says {declared}, but the file's byte order mark says {label}."]
            return *_as_utf8(data[len(mark) :], codec, label), warnings
    if declared:
        return *_as_utf8(data, codecs.lookup(declared).name, declared), []
    unmarked = _unmarked_utf16(data[:_SAMPLE])
    if unmarked:
        return *_as_utf8(data, unmarked, "utf-16"), []
    return *_as_utf8(data, "utf-8", "utf-8", fallback=True), []


def _as_utf8(data: bytes, codec: str, label: str, *, fallback: bool = False) -> tuple[bytes, str]:
    """Decode with one codec; what it cannot read is Windows-1252 (``fallback``) or SUBSTITUTE."""
    if codec == "utf-8":
        if data.isascii():
            return data, label
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return data, label
        if fallback:
            mixed = not data.decode("utf-8", "ignore").isascii()
            label = "utf-8 and windows-1252 mixed" if mixed else "windows-1252"
    handler = "insighthub.windows_1252" if fallback else SUBSTITUTE_HANDLER
    return data.decode(codec, handler).encode("utf-8", SUBSTITUTE_HANDLER), label


def _unmarked_utf16(sample: bytes) -> str | None:
    """Return which UTF-16 a sample is: Latin text in it has a zero in every second byte."""
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0 : 2 * half : 2].count(0) / half, sample[1 : 2 * half : 2].count(0) / half
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.1 else None


def _substitute(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError | UnicodeEncodeError):
        raise error
    return SUBSTITUTE, error.end


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start, end = error.object, error.start, error.end
    if end == len(data) and error.reason == "unexpected end of data":
        return SUBSTITUTE, end  # the file was cut in the middle of a character
    if _SURROGATE.match(data, start):
        return SUBSTITUTE, start + 3  # half of a surrogate pair, written as if it were a character
    return "".join(_WINDOWS_1252[b] for b in data[start:end]), end


_WINDOWS_1252 = [bytes([b]).decode("cp1252", "replace").replace("\ufffd", SUBSTITUTE) for b in range(256)]
codecs.register_error(SUBSTITUTE_HANDLER, _substitute)
codecs.register_error("insighthub.windows_1252", _windows_1252)
