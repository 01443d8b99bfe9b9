"""The commands that every kind of thing of the API has, made from a description of it: list, show, create, change, delete, and what else
is done to one. Where the API is, the key and --json are the same for all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer

from control_plane.remote.client import Remote
from control_plane.remote.terminal import (
    DEFAULT_LIMIT,
    DEFAULT_URL,
    AsJson,
    Columns,
    Key,
    Limit,
    Url,
    Yes,
    asking,
    completing,
    confirm,
    print_done,
    print_fields,
    print_items,
)

Thing = dict[str, Any]
Sentence = Callable[[Thing], str]
"""What is said of a thing once it is done."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a command, and what of a request it becomes. Options that are not given are not sent."""

    flag: str
    help: str
    field: str = ""
    """As the API calls it; like the flag, unless said."""
    kind: Any = str
    """`list[str]` for one that may be given several times."""
    is_needed: bool = False
    find: "Find | None" = None
    """Who or what is meant by a name; the id is sent."""
    shape: Callable[[Any], Any] | None = None
    """Makes of what was typed what is sent. Raises `typer.BadParameter`."""
    ask: Callable[[Remote, Any], Any] | None = None
    """The same where the API has to be asked for it."""

    @property
    def variable(self) -> str:
        """Of the command's function; `for` alone would be a word of Python."""
        return f"{self._word}_"

    @property
    def _word(self) -> str:
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def sent_as(self) -> str:
        return self.field or self._word

    @property
    def parameter(self) -> Parameter:
        completion = completing(self.find.path) if self.find is not None and self.find.completes else None
        typed = self.kind if self.is_needed or self.kind is str else self.kind | None
        annotation = Annotated[typed, typer.Option(self.flag, help=self.help, autocompletion=completion, show_default=False)]
        default = Parameter.empty if self.is_needed else "" if self.kind is str else None
        return Parameter(self.variable, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


@dataclass(frozen=True, slots=True)
class Find:
    """How one thing is found by what a person calls it."""

    path: str
    what: str
    has_name: bool = True
    by: Callable[[Remote, str], Thing] | None = None
    """In a way of its own."""

    @property
    def completes(self) -> bool:
        return self.has_name and self.by is None

    def __call__(self, remote: Remote, which: str) -> Thing:
        """Raises `RemoteError` when there is none, or more than one."""
        if self.by is not None:
            return self.by(remote, which)
        if self.has_name:
            return remote.named(self.path, self.what, which)
        return remote.get(f"{self.path}/{remote.id(which, self.what)}")


ASSISTANT = Find("/assistants", "assistant")
CAMPAIGN = Find("/campaigns", "campaign")
CONTACT_LIST = Find("/contact-lists", "contact list")


class Resource:
    """One kind of thing. Its commands are added to `app` in the order in which they are asked for."""

    def __init__(self, app: typer.Typer, find: Find) -> None:
        self._app = app
        self._find = find
        how = "by name or id" if find.has_name else "by its id"
        completion = completing(find.path) if find.completes else None
        shown = typer.Argument(help=f"The {find.what}, {how}.", metavar=find.what.upper().replace(" ", "-"), autocompletion=completion)
        self._which = Parameter("which", Parameter.KEYWORD_ONLY, annotation=Annotated[str, shown])

    def listing(self, columns: Columns, empty: str, about: str, *filters: Option, of_one: str = "", name: str = "list") -> None:
        """`of_one`: what a single thing has many of, below its own path."""

        def run(url: str, key: str, as_json: bool, limit: int, which: str = "", **given: Any) -> None:
            with asking(url, key) as remote:
                path = f"{self._find.path}/{self._find(remote, which)['id']}/{of_one}" if of_one else self._find.path
                found = remote.first(path, limit, **_sent(remote, filters, given))
            print_items(found, columns, empty, as_json=as_json)

        self._add(name, about, run, *((self._which,) if of_one else ()), *(each.parameter for each in filters), _LIMIT)

    def showing(self, about: str) -> None:
        def run(url: str, key: str, as_json: bool, which: str) -> None:
            with asking(url, key) as remote:
                found = self._find(remote, which)
            print_fields(found, as_json=as_json)

        self._add("show", about, run, self._which)

    def making(self, said: Sentence, about: str, *options: Option, name: str = "create") -> None:
        def run(url: str, key: str, as_json: bool, **given: Any) -> None:
            with asking(url, key) as remote:
                made = remote.post(self._find.path, _sent(remote, options, given))
            print_done(made, said(made), as_json=as_json)

        self._add(name, about, run, *(each.parameter for each in options))

    def changing(self, said: Sentence, about: str, *options: Option) -> None:
        def run(url: str, key: str, as_json: bool, which: str, **given: Any) -> None:
            with asking(url, key) as remote:
                changes = _sent(remote, options, given)
                if not changes:
                    raise typer.BadParameter("Say what is to be changed.")
                now = remote.patch(f"{self._find.path}/{self._find(remote, which)['id']}", changes)
            print_done(now, said(now), as_json=as_json)

        self._add("update", about, run, self._which, *(each.parameter for each in options))

    def deleting(self, question: Sentence, said: Sentence, about: str) -> None:
        def run(url: str, key: str, as_json: bool, which: str, yes: bool) -> None:
            with asking(url, key) as remote:
                there = self._find(remote, which)
                confirm(question(there), is_sure=yes)
                remote.delete(f"{self._find.path}/{there['id']}")
            print_done(there, said(there), as_json=as_json)

        self._add("delete", about, run, self._which, _YES)

    def leading(self, action: str, said: Callable[[Thing, Thing], str], about: str, *options: Option) -> None:
        """`POST …/{action}` on one. `said` is given the thing as it was, and the answer."""

        def run(url: str, key: str, as_json: bool, which: str, **given: Any) -> None:
            with asking(url, key) as remote:
                there = self._find(remote, which)
                now = remote.post(f"{self._find.path}/{there['id']}/{action}", _sent(remote, options, given))
            print_done(now, said(there, now), as_json=as_json)

        self._add(action, about, run, self._which, *(each.parameter for each in options))

    def _add(self, name: str, about: str, run: Callable[..., None], *parameters: Parameter) -> None:
        def command(**given: Any) -> None:
            run(**given)

        # What typer reads a command's options from.
        command.__signature__ = Signature([*parameters, *_EVERYWHERE])  # type: ignore[attr-defined]
        command.__doc__ = about
        self._app.command(name)(command)


def _sent(remote: Remote, options: Sequence[Option], given: dict[str, Any]) -> dict[str, Any]:
    """What was given, as the API calls it."""
    sent = {}
    for option in options:
        value = given[option.variable]
        if value not in (None, "", []):
            value = option.find(remote, value)["id"] if option.find is not None else value
            value = option.ask(remote, value) if option.ask is not None else value
            sent[option.sent_as] = option.shape(value) if option.shape is not None else value
    return sent


def _option(name: str, annotation: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


_EVERYWHERE = (_option("url", Url, DEFAULT_URL), _option("key", Key, ""), _option("as_json", AsJson, False))
_LIMIT, _YES = _option("limit", Limit, DEFAULT_LIMIT), _option("yes", Yes, False)
