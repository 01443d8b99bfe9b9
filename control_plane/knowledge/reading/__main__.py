"""The process that reads one file: its kind as the argument, its bytes on stdin, what is in it as one line of JSON on stdout.

It knows no secret and no database, and may use so much memory and processor time and no more; whoever started it also bounds the clock.
"""

import json
import os
import resource
import sys

from control_plane.knowledge.reading.chunks import chunks_of
from control_plane.knowledge.reading.pages import read_html
from control_plane.knowledge.reading.passages import Passage, Unreadable, filled, one_line
from control_plane.knowledge.reading.pdf import read_pdf
from control_plane.knowledge.reading.texts import decoded, read_markdown, read_text

MEMORY = 1 << 30
"""Bytes of address space."""
PROCESSOR_S = 60
MOST_CHUNKS = 5_000
"""Of one document: about 4 million letters, ten thick books."""


def read(kind: str, content: bytes) -> dict[str, object]:
    """`title`, `pages`, and `chunks` as [heading, page, text]. Raises `Unreadable`."""
    title, pages, passages = "", None, list[Passage]()
    if kind == "pdf":
        title, pages, passages = read_pdf(content)
    elif kind == "html":
        title, passages = read_html(decoded(content))
    else:
        passages = list((read_markdown if kind == "markdown" else read_text)(decoded(content)))
    chunks = list(chunks_of(filled(passages)))
    if not chunks:
        words = "The PDF has no text: its pages are pictures." if kind == "pdf" else "The file says nothing."
        raise Unreadable(words)
    if len(chunks) > MOST_CHUNKS:
        raise Unreadable("The document is too long; divide it.")
    return {"title": one_line(title), "pages": pages, "chunks": [[each.heading, each.page, each.text] for each in chunks]}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S))
    # Calls on the same machine go first.
    os.nice(10)
    try:
        found = read(sys.argv[1], sys.stdin.buffer.read())
    except Unreadable as error:
        found = {"error": str(error)}
    sys.stdout.buffer.write(json.dumps(found).encode())


if __name__ == "__main__":
    main()
