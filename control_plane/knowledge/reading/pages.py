"""An HTML page becomes passages: what a reader would see, under its headings."""

import re
from html.parser import HTMLParser

from control_plane.knowledge.reading.passages import Headings, Passage, one_line

_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "math", "object", "select", "textarea", "iframe", "audio", "video"})
_LINES = re.compile(
    "address|article|aside|blockquote|body|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|header|hr|legend|li|main"
    "|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_CELLS = frozenset({"td", "th"})
_LEVELS = {f"h{level}": level for level in range(1, 7)}


def read_html(text: str) -> tuple[str, list[Passage]]:
    """The page's title and its passages."""
    page = _Page()
    page.feed(text)
    page.close()
    page.end_passage()
    return one_line(page.title), page.passages


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title, self.passages = "", list[Passage]()
        self._headings, self._text = Headings(), list[str]()
        self._unseen = ""
        self._depth = 0
        self._in_title = False
        self._heading: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            self._depth += tag == self._unseen
        elif tag in _UNSEEN:
            self._unseen, self._depth = tag, 1
        elif tag == "title":
            self._in_title = True
        elif tag in _LEVELS:
            self.end_passage()
            self._heading = []
        elif _LINES.fullmatch(tag) or tag in _CELLS:
            self._text.append(" | " if tag in _CELLS else "\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _LINES.fullmatch(tag) and not self._unseen:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._depth -= tag == self._unseen
            self._unseen = self._unseen if self._depth else ""
        elif tag == "title":
            self._in_title = False
        elif tag in _LEVELS and self._heading is not None:
            self._headings.enter(_LEVELS[tag], "".join(self._heading))
            self._heading = None
        elif _LINES.fullmatch(tag):
            self._text.append("\n")

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._in_title:
            self.title = (self.title + data)[:1000]
        elif self._heading is not None:
            self._heading.append(data)
        else:
            # A line's end in the source is a blank on the page.
            self._text.append(" ".join(("x" + data + "x").split())[1:-1])

    def end_passage(self) -> None:
        """A heading that was never closed is text like any other."""
        text = "".join([*self._text, *(self._heading or [])])
        self.passages.append(Passage(self._headings.path, None, text))
        self._text, self._heading = [], None
