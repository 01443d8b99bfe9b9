"""A run of one part leaves the other part of the page as it is."""

from tests.chaos.report import HEAD, LIVEKIT, NETWORK, page_with


def test_each_part_replaces_only_itself_whatever_the_order() -> None:
    page = page_with("", LIVEKIT, "real, first\n")
    page = page_with(page, NETWORK, "simulated\n")
    assert page.index("simulated") < page.index("real, first")
    page = page_with(page, LIVEKIT, "real, second\n")
    assert page.startswith(HEAD)
    assert ("simulated" in page, "real, first" in page, "real, second" in page) == (True, False, True)
    assert page_with(page, NETWORK, "simulated\n") == page


def test_a_page_of_another_form_is_replaced() -> None:
    assert page_with("# Chaos report\n\nold\n", NETWORK, "new\n") == f"{HEAD}\n## {NETWORK}\n\nnew\n"
