"""Checks the links of the built documentation, offline.

Takes the folder of the built site, gives the faults: a link to a page or heading that is not there, an id given twice,
anything that a page would load from another host, and the same of links in the Markdown files at the project's root.
Addresses on the web are not followed: a check that needs the network fails for other reasons than the text.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: What a page loads by itself, without anybody's click.
_LOADED = {
    "link": "href",
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "audio": "src",
    "video": "src",
}

_MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass
class Page:
    """What the check needs of a page."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.page.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.page.links.append(given["href"])
        if tag in _LOADED and _LOADED[tag] in given:
            self.page.loaded.append(given[_LOADED[tag]])


def read_page(path: Path) -> Page:
    """Read one page."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


def check_site(site: Path) -> list[str]:
    """Return the faults of a built site, each as ``page: fault``."""
    pages = {path.resolve(): read_page(path) for path in sorted(site.rglob("*.html"))}
    if not pages:
        return [f"{site}: there is no page"]
    faults = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        faults += [f"{name}: the id {one!r} is given twice" for one in {i for i in page.ids if page.ids.count(i) > 1}]
        faults += [f"{name}: loads {address}" for address in page.loaded if _is_elsewhere(address)]
        for address in [*page.links, *(a for a in page.loaded if not _is_elsewhere(a))]:
            fault = _fault_of(address, path, pages)
            if fault:
                faults.append(f"{name}: {fault}")
    return faults


def check_markdown(files: list[Path]) -> list[str]:
    """Return the links of Markdown files that lead to no file."""
    return [
        f"{path.name}: there is no {target}"
        for path in files
        for target in _MARKDOWN_LINK.findall(path.read_text(encoding="utf-8"))
        if not _is_elsewhere(target)
        and not target.startswith("#")
        and not (path.parent / unquote(urlsplit(target).path)).exists()
    ]


def _is_elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme in {"http", "https", "mailto", "ftp"}


def _fault_of(address: str, path: Path, pages: dict[Path, Page]) -> str | None:
    if _is_elsewhere(address):
        return None
    parts = urlsplit(address)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return f"there is no {address}"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
        return f"there is no heading {address}"
    return None


def main(arguments: list[str]) -> int:
    """Check the site in the folder that is named, and the Markdown files of this folder."""
    site = Path(arguments[0] if arguments else "site")
    files = sorted(Path().glob("*.md"))
    faults = check_site(site) + check_markdown(files)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(list(site.rglob('*.html')))} pages and {len(files)} files checked, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
