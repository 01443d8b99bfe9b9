"""The packs that come with the program, read from files and checked once at start, and the choice among them."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from control_plane.domain.errors import Conflict, Invalid
from control_plane.domain.rule_text import read_packs
from control_plane.domain.rules import RulePack
from control_plane.rules.yaml_text import read_yaml

PACKS = Path(__file__).parent / "packs"
ANYWHERE, REHEARSAL = "*", "rehearsal"


class Registry:
    """Every version of every pack. Old versions stay, because stored verdicts are replayed with them."""

    def __init__(self, packs: Iterable[RulePack]) -> None:
        self._versions: dict[str, list[RulePack]] = {}
        for pack in packs:
            self._versions.setdefault(pack.name, []).append(pack)
        self._by_label = {pack.label: pack for versions in self._versions.values() for pack in versions}

    def names(self) -> list[str]:
        return sorted(self._versions)

    def knows(self, name: str) -> bool:
        return name in self._versions

    def versions(self, name: str) -> Sequence[RulePack]:
        """Oldest first; empty for a pack that is not there."""
        return self._versions.get(name, [])

    def in_force(self, day: date) -> list[RulePack]:
        return [pack for name in self.names() for pack in self._versions[name] if pack.is_in_force(day)]

    def labelled(self, labels: str) -> list[RulePack]:
        """The packs that a verdict names. Raises `Conflict` for one that this program does not have."""
        missing = [label for label in labels.split("+") if label not in self._by_label]
        if missing:
            raise Conflict(f"The rules {', '.join(missing)} do not come with this version of the program.", code="unknown_rule_pack")
        return [self._by_label[label] for label in labels.split("+")]

    def choose(self, jurisdictions: Sequence[str], day: date) -> list[RulePack]:
        """Every pack in force for any of the jurisdictions; the neutral one where a country has none, or where none is known.

        `US-*` stands for any part of the country: all its packs apply, since the person may be in the strictest.
        """
        packs = [pack for pack in self.in_force(day) if any(_covers(pack, place) for place in jurisdictions)]
        countries = {place for place in jurisdictions if "-" not in place}
        covered = {country for pack in packs for country in pack.jurisdictions}
        if countries - covered or not countries:
            packs = [pack for pack in self.in_force(day) if ANYWHERE in pack.jurisdictions] + packs
        return packs

    def rehearsal(self, day: date) -> list[RulePack]:
        return [pack for pack in self.in_force(day) if pack.is_rehearsal]


def _covers(pack: RulePack, place: str) -> bool:
    if place.endswith("-*"):
        return any(part.startswith(place[:-1]) for part in pack.jurisdictions)
    return place in pack.jurisdictions


def read_file(path: Path) -> list[RulePack]:
    """The versions in one file. Raises `Invalid` with one error per mistake, each with its place."""
    return read_packs(read_yaml(path))


def read_folder(folder: Path) -> Registry:
    """All packs of a folder. Raises `Invalid` that names the file."""
    packs: list[RulePack] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found = read_file(path)
        except Invalid as error:
            raise Invalid(f"{path.name}: {error.detail}", *error.errors) from error
        if any(pack.name != path.stem for pack in found):
            raise Invalid(f"{path.name}: a pack is kept in a file of its own name.")
        packs += found
    return Registry(packs)


@cache
def registry() -> Registry:
    """The packs of this program."""
    return read_folder(PACKS)
