"""Identifiers: no two are the same, whoever draws them, and later ones sort behind."""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor

from control_plane.kit.ids import new_id, new_id_texts

MANY = 5_000


def test_ids_are_of_version_7_and_sort_by_the_millisecond_in_which_they_were_made() -> None:
    first, later = new_id(), new_id()

    assert (first.version, first.variant) == (7, uuid.RFC_4122)
    assert first.int >> 80 <= later.int >> 80


def test_threads_that_draw_at_once_have_none_in_common() -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = [made for ids in pool.map(lambda _: [new_id() for _ in range(MANY)], range(4)) for made in ids]

    assert len({_random(made) for made in drawn}) == 4 * MANY


def test_a_process_that_is_forked_draws_others_than_the_one_it_comes_from() -> None:
    new_id()
    theirs, ours = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(ours, new_id().bytes)
        os._exit(0)
    os.waitpid(child, 0)

    assert _random(uuid.UUID(bytes=os.read(theirs, 16))) not in {_random(new_id()) for _ in range(MANY)}
    os.close(theirs)
    os.close(ours)


def test_the_many_at_once_are_different_and_ascend() -> None:
    texts = new_id_texts(MANY)

    assert (len(set(texts)), texts) == (MANY, sorted(texts))
    assert {uuid.UUID(text).version for text in texts} == {7}


def _random(made: uuid.UUID) -> int:
    """What of it is drawn."""
    return made.int & ((1 << 62) - 1)
