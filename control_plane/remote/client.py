"""The public API as the command line asks it: one address, one key, and every refusal as the sentence that the API gives."""

import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

_PATIENCE_S = 30.0
_UPLOAD_S = 3600.0
_CHUNK = 1 << 16
_PAGE = 200


class RemoteError(Exception):
    """The API refused or cannot be reached; the text is one sentence for the person at the terminal, `code` the API's name of a refusal."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class Remote:
    """Asks `url` (with or without `/api/v1`) by `key`. A request that makes something carries an idempotency key and is tried twice."""

    def __init__(self, url: str, key: str, patience_s: float = _PATIENCE_S) -> None:
        root = url.rstrip("/").removesuffix("/api/v1")
        self._url = f"{root}/api/v1"
        self._client = httpx.Client(base_url=self._url, headers={"Authorization": f"Bearer {key}"}, timeout=patience_s, trust_env=False)

    def __enter__(self) -> "Remote":
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def get(self, path: str, **query: str | int) -> Any:
        return self._ask("GET", path, params=query).json()

    def text(self, path: str) -> str:
        return self._ask("GET", path).text

    def save(self, path: str, file: Path) -> int:
        """Write what stands there into a new file; returns its bytes. Raises `RemoteError`, and leaves nothing half."""
        partial = file.with_name(f".{file.name}.partial")
        try:
            with self._client.stream("GET", path) as answer, partial.open("wb") as content:
                if answer.is_error:
                    answer.read()
                    raise RemoteError(_sentence(answer), _code(answer))
                for chunk in answer.iter_bytes():
                    content.write(chunk)
            return partial.replace(file).stat().st_size
        except httpx.HTTPError as error:
            raise RemoteError(f"The API at {self._url} did not answer ({type(error).__name__}).") from error
        except OSError as error:
            raise RemoteError(f"{file} cannot be written: {error.strerror}.") from error
        finally:
            partial.unlink(missing_ok=True)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        # The same key at both attempts: what the first has done although its answer was lost is not done again.
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        try:
            return self._ask("POST", path, json=body or {}, headers=headers).json()
        except _Unanswered:
            return self._ask("POST", path, json=body or {}, headers=headers).json()

    def post_once(self, path: str, body: dict[str, Any]) -> Any:
        """Without an idempotency key, and so without the answer being kept for a repeat."""
        return self._ask("POST", path, json=body).json()

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("PATCH", path, json=body).json()

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("PUT", path, json=body).json()

    def delete(self, path: str) -> None:
        self._ask("DELETE", path)

    def upload(self, path: str, file: Path, query: dict[str, str]) -> Any:
        """Send a CSV file as it is; no more of it than a chunk is in memory."""
        headers = {"Content-Type": "text/csv", "Content-Length": str(file.stat().st_size)}
        return self._ask("POST", path, params=query, content=_chunks(file), headers=headers, timeout=_UPLOAD_S).json()

    def items(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        page = self.get(path, limit=_PAGE, **query)
        yield from page["items"]
        # A list that is never long has no pages.
        while page.get("next_cursor") is not None:
            page = self.get(path, limit=_PAGE, cursor=page["next_cursor"], **query)
            yield from page["items"]

    def first(self, path: str, count: int, **query: str | int) -> list[dict[str, Any]]:
        """The first items of a list, at most `count`."""
        return list(islice(self.items(path, **query), count))

    def named(self, path: str, what: str, name_or_id: str) -> dict[str, Any]:
        """The one of a list that has this id or exactly this name. Raises `RemoteError` when there is none, or more than one."""
        if is_id(name_or_id):
            return self.get(f"{path}/{name_or_id}")
        found = self.found(path, what, name_or_id)
        if found is None:
            raise RemoteError(f"There is no {what} with the name {name_or_id!r}.")
        return found

    def id(self, given: str, what: str) -> str:
        """The id, if it is one: what is no id must not become part of another address. Raises `RemoteError`."""
        if not is_id(given):
            raise RemoteError(f"{given!r} is not the id of a {what}.")
        return given

    def found(self, path: str, what: str, name: str) -> dict[str, Any] | None:
        """The one of a list that has exactly this name, or None. Raises `RemoteError` when there is more than one."""
        found = [item for item in self.items(path) if item["name"] == name]
        if len(found) > 1:
            ids = ", ".join(item["id"] for item in found)
            raise RemoteError(f"{len(found)} {what}s have the name {name!r}; say which by its id: {ids}.")
        return found[0] if found else None

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **request)
        except httpx.InvalidURL as error:
            raise RemoteError(f"{self._url} is no address: {error}.") from error
        except httpx.ConnectError as error:
            raise RemoteError(f"The API at {self._url} cannot be reached; is CALLWRIGHT_API_URL right?") from error
        except httpx.HTTPError as error:
            raise _Unanswered(f"The API at {self._url} did not answer ({type(error).__name__}).") from error
        if answer.is_error:
            raise RemoteError(_sentence(answer), _code(answer))
        return answer


class _Unanswered(RemoteError):
    """The request may have been carried out."""


def _sentence(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        sentence = problem["detail"]
    except (ValueError, KeyError, TypeError):
        return f"The API answered {answer.status_code} without saying why; is the address right?"
    fields = [f"{each['field']}: {each['message']}" for each in problem.get("errors", [])]
    return "\n".join([sentence, *(f"  {each}" for each in fields if each not in sentence)])


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            yield chunk
