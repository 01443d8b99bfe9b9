"""Assistants over the API: a draft that changes, versions that do not."""

import pytest

from tests.fixtures.api import Api

SMALL = {"name": "Ada", "system_prompt": "Be kind."}
SPOKEN = {"provider": "elevenlabs", "voice_id": "pNInz6obpgDQGcFmaJgB"}
ABSENT = "01a1fd7b-e956-71dd-b74a-bb272d0d4ed4"


async def test_a_new_assistant_has_usable_defaults_and_is_version_one(api: Api) -> None:
    answer = await api.manager.post("/assistants", json=SMALL)
    made = answer.json()
    assert answer.status_code == 201
    assert (made["published_version"], made["has_unpublished_changes"], made["is_active"]) == (1, False, True)
    assert made["tools"] == ["end_call", "opt_out", "set_outcome", "note_promise"]
    assert made["outcome_labels"] == ["interested", "not_interested", "callback", "do_not_call", "voicemail", "wrong_number"]
    assert (made["max_duration_s"], made["language"], made["voicemail"]) == (600, "en", {"mode": "hang_up", "message": ""})


async def test_a_change_stays_a_draft_until_it_is_published_and_versions_never_change(api: Api) -> None:
    made = (await api.manager.post("/assistants", json=SMALL)).json()
    path = f"/assistants/{made['id']}"
    changed = (await api.manager.patch(path, json={"system_prompt": "Be brief.", "voice": {"voice_id": "nova"}})).json()
    assert (changed["system_prompt"], changed["voice"]["voice_id"], changed["name"]) == ("Be brief.", "nova", "Ada")
    assert (changed["published_version"], changed["has_unpublished_changes"]) == (1, True)
    published = await api.manager.post(f"{path}/publish")
    assert (published.status_code, published.json()["number"]) == (201, 2)
    versions = (await api.viewer.get(f"{path}/versions")).json()["items"]
    assert [(v["number"], v["system_prompt"]) for v in versions] == [(2, "Be brief."), (1, "Be kind.")]
    shown = (await api.viewer.get(path)).json()
    assert (shown["published_version_id"], shown["has_unpublished_changes"]) == (published.json()["id"], False)


async def test_a_stale_etag_is_a_conflict_and_a_fresh_one_is_not(api: Api) -> None:
    made = await api.manager.post("/assistants", json=SMALL)
    path = f"/assistants/{made.json()['id']}"
    etag = made.headers["etag"]
    assert (await api.viewer.get(path)).headers["etag"] == etag
    fresh = await api.manager.patch(path, json={"name": "Bea"}, headers={"If-Match": etag})
    stale = await api.manager.patch(path, json={"name": "Cleo"}, headers={"If-Match": etag})
    assert (fresh.status_code, stale.status_code, stale.json()["code"]) == (200, 409, "changed_meanwhile")
    assert (await api.viewer.get(path)).json()["name"] == "Bea"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"system_prompt": ""}, "system_prompt"),
        ({"system_prompt": "x" * 20_001}, "system_prompt"),
        ({"first_message": "x" * 601}, "first_message"),
        ({"language": "english please"}, "language"),
        ({"language": "pl"}, "language"),
        ({"voice": {"speed": 9}}, "voice.speed"),
        ({"voice": {"provider": "elevenlabs"}}, "voice.voice_id"),
        ({"voice": {"provider": "elevenlabs", "voice_id": "pNInz6obpgDQGcFmaJgB", "speed": 1.5}}, "voice.speed"),
        ({"voice": {"provider": "deepgram", "voice_id": "thalia"}}, "voice.provider"),
        ({"models": {"llm": {"provider": "deepgram"}}}, "models.llm.provider"),
        ({"models": {"tts": {"provider": "cartesia"}}}, "models.tts.provider"),
        ({"tools": ["rm_rf"]}, "tools[0]"),
        ({"voicemail": {"mode": "leave_message"}}, "voicemail.message"),
        ({"turns": {"pause_s": 0.1}}, "turns.pause_s"),
        ({"turns": {"answer_after_s": 2.5, "answer_within_s": 1}}, "turns.answer_within_s"),
        ({"outcome_labels": ["a", "a"]}, "outcome_labels"),
        ({"outcome_labels": []}, "outcome_labels"),
        ({"extraction_schema": {"type": "string"}}, "extraction_schema"),
        ({"max_duration_s": 29}, "max_duration_s"),
        ({"max_duration_s": 3601}, "max_duration_s"),
        ({"transfer": {"destinations": [{"name": "x", "e164": "12"}]}}, "transfer.destinations[0].e164"),
        ({"compliance": {"recording": "always"}}, "compliance.recording"),
        ({"compliance": {"duties": ["sing"]}}, "compliance.duties[0]"),
        ({"compliance": {"waivers": []}}, "compliance.waivers"),
        ({"mood": "good"}, "mood"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_made_or_changed(api: Api, body: dict, field: str) -> None:
    made = (await api.manager.post("/assistants", json=SMALL)).json()
    for answer in (
        await api.manager.post("/assistants", json=SMALL | body),
        await api.manager.patch(f"/assistants/{made['id']}", json=body),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field), answer.text
    assert (await api.viewer.get("/assistants")).json()["items"] == [made]


@pytest.mark.parametrize(
    ("had", "patch", "kind", "named"),
    [
        ({"models": {"tts": {"credential": "ours"}}}, {"voice": SPOKEN}, "tts", "OpenAI, and ElevenLabs"),
        (
            {"models": {"llm": {"credential": "ours"}}},
            {"models": {"llm": {"provider": "google", "credential": "ours"}}},
            "llm",
            "OpenAI, and Google",
        ),
        (
            {"models": {"stt": {"provider": "deepgram", "credential": "ours"}}},
            {"models": {"stt": {"credential": "ours"}}},
            "stt",
            "Deepgram, and OpenAI",
        ),
    ],
)
async def test_a_key_that_was_given_for_one_vendor_is_not_taken_to_another(api: Api, had: dict, patch: dict, kind: str, named: str) -> None:
    for name in ("ours", "theirs"):
        assert (await api.owner.post("/secrets", json={"name": name, "value": f"sk-{name}"})).status_code == 201
    made = (await api.manager.post("/assistants", json=SMALL | had)).json()
    path = f"/assistants/{made['id']}"
    refused = await api.manager.patch(path, json=patch)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["field"]) == (400, f"models.{kind}.credential")
    assert f"The secret 'ours' was given for {named} is to be asked now" in error["message"]
    assert (await api.viewer.get(path)).json() == made
    # With a key of its own, or the installation's, it is changed.
    for credential in ("theirs", None):
        models = {"models": {kind: (patch.get("models") or {}).get(kind, {}) | {"credential": credential}}}
        changed = await api.manager.patch(path, json=patch | models)
        assert changed.status_code == 200, changed.text


async def test_a_missing_prompt_is_named(api: Api) -> None:
    answer = await api.manager.post("/assistants", json={"name": "Ada"})
    assert answer.json()["errors"] == [{"field": "system_prompt", "message": "is missing"}]


async def test_an_unused_assistant_goes_with_its_versions(api: Api) -> None:
    made = (await api.manager.post("/assistants", json=SMALL)).json()
    await api.manager.post(f"/assistants/{made['id']}/publish")
    assert (await api.manager.delete(f"/assistants/{made['id']}")).status_code == 204
    assert (await api.viewer.get(f"/assistants/{made['id']}")).status_code == 404


async def test_pages_are_newest_first_and_complete(api: Api) -> None:
    for n in range(5):
        assert (await api.manager.post("/assistants", json=SMALL | {"name": f"A{n}"})).status_code == 201
    names: list[str] = []
    cursor = None
    while True:
        page = (await api.viewer.get("/assistants", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        names += [item["name"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert names == ["A4", "A3", "A2", "A1", "A0"]


async def test_a_foreign_workspaces_assistant_is_not_there(api: Api) -> None:
    theirs = (await api.stranger.post("/assistants", json=SMALL)).json()["id"]
    for method, path in (
        ("GET", f"/assistants/{theirs}"),
        ("PATCH", f"/assistants/{theirs}"),
        ("DELETE", f"/assistants/{theirs}"),
        ("POST", f"/assistants/{theirs}/publish"),
        ("GET", f"/assistants/{theirs}/versions"),
    ):
        answer = await api.owner.request(method, path, json={} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "assistant_not_found"), (method, path)
    assert (await api.owner.get("/assistants")).json()["items"] == []
