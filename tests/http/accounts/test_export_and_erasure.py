"""Exporting and erasing an account."""

import io
import json
import zipfile

import pytest

from models import Base
from rules.languages.en import ENGLISH
from tests.standins.authenticator import Authenticator
from tests.world.passkeys import adds
from tests.world.person import Person
from tests.world.search import columns_with
from tests.world.world import World

ACCEPTS_A_ZIP = ("application/zip", "*/*", "application/zip, application/json", "text/html,*/*;q=0.8")


async def person_with_all_kinds_of_data(world: World) -> tuple[Person, Person, Person]:
    """Return Maya, who has data of every kind and an open reach-out, with her sponsor and a friend."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    blocked = await world.person("Blocked")
    await maya.welcomes(blocked)
    await maya.post("/v1/blocks", {"person_id": blocked.id})
    await sponsor.welcomes(maya, "fellow")
    await maya.patch("/v1/me", {"contact": "+1 555 0100", "hours": [{"day": 1, "from": "08:00", "to": "24:00"}]})
    await maya.device("fcm", label="Her phone")
    await maya.device("webpush", label="Her browser")
    await maya.invites("family", label="For my sister")
    await sponsor.press(note="Sponsor's own note")
    await maya.answer("soon", minutes=5, text="Maya answers")
    await sponsor.says("Thank you")
    await sponsor.close()
    await maya.press(note="Maya's first note", need="urge", key="k")
    await maya.says("Maya's message")
    await sponsor.answer("calling", text="Sponsor answers")
    await maya.close()
    await maya.does("reflection", {"seen": 3, "soothed": 1})
    await maya.post("/v1/check-ins", {"note": "Maya's check-in", "share_with": [sponsor.places[maya.id]]})
    await sponsor.post("/v1/check-ins", {"note": "Sponsor's check-in", "share_with": [maya.places[sponsor.id]]})
    await maya.post("/v1/reach-ins", {"to": sponsor.id, "text": "Maya thinks of them"})
    await sponsor.post("/v1/reach-ins", {"to": maya.id, "text": "Sponsor thinks of her"})
    await adds(maya, Authenticator(), label="Her passkey")
    await maya.post("/v1/passkeys/options")
    await maya.press(note="Maya's open note")
    await world.settle()
    return maya, sponsor, friend


@pytest.mark.promise(8)
async def test_promise_8_an_export_is_complete_and_holds_nothing_of_others(world: World) -> None:
    maya, sponsor, friend = await person_with_all_kinds_of_data(world)
    reply = await maya.send("GET", "/v1/me/export")
    assert "attachment" in reply.headers["content-disposition"]
    export = reply.json()
    text = json.dumps(export, ensure_ascii=False)
    for hers in (
        maya.sign_in_name,
        "Maya",
        "+15550100",
        "08:00",
        "Her phone",
        "Her browser",
        "For my sister",
        "Maya answers",
        "Maya's first note",
        "Maya's message",
        "Maya's open note",
        "Maya's check-in",
        "Maya thinks of them",
        "Her passkey",
        "Sponsor answers",
        "Thank you",
        *maya.devices.values(),
    ):
        assert hers in text, hers
    for not_hers in (
        "Sponsor's own note",
        "Sponsor's check-in",
        "Sponsor thinks of her",
        sponsor.sign_in_name,
        "passphrase",
        "token_hash",
        str(maya.token),
        *sponsor.devices.values(),
    ):
        assert not_hers not in text, not_hers
    counts = {name: len(rows) for name, rows in export.items() if isinstance(rows, list)}
    assert counts["circle"] == 2
    assert counts["supporting"] == 1
    assert counts["invitations"] == 1
    assert counts["blocks"] == 1
    assert counts["reach_outs"] == 2
    assert counts["answers"] == 1
    assert counts["messages"] == 2
    assert counts["reflections"] == 1
    assert counts["sessions"] == 1
    for name in (
        "passkeys",
        "check_ins",
        "check_ins_i_share",
        "check_ins_shared_with_me",
        "reach_ins",
        "reach_ins_to_me",
    ):
        assert counts[name] == 1, name
    assert counts["access_events"] == len((await maya.get("/v1/me/access-log?limit=100"))["items"])
    assert export["recovery_codes_left"] == 10
    assert {row["person_id"] for row in export["recipients_of_my_reach_outs"]} == {sponsor.id, friend.id}
    assert len(export["notices"]) == len(await maya.inbox())
    # Every table with a foreign key to a person is in the export.
    personal_tables = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "people" for key in table.foreign_keys)
    }
    export_names = {"memberships": "circle", "recipients": "told_of"}
    # Those of guests end with their becoming an account; without one there is no export.
    technical = {"idempotency_keys", "recovery_codes", "passkey_challenges", "guest_joins", "guest_sessions"}
    assert {export_names.get(name, name) for name in personal_tables - technical} <= set(export)


async def test_the_zip_export_has_a_readable_page_with_every_section(world: World) -> None:
    sections = ENGLISH.export.sections
    maya, sponsor, _ = await person_with_all_kinds_of_data(world)
    await maya.patch("/v1/me", {"display_name": "<b>Maya</b>"})
    for reply in (
        await maya.send("GET", "/v1/me/export?format=zip"),
        *[await maya.send("GET", "/v1/me/export", headers={"Accept": accept}) for accept in ACCEPTS_A_ZIP],
    ):
        assert "porchlight.zip" in reply.headers["content-disposition"]
        assert reply.headers["cache-control"] == "no-store"
        file = zipfile.ZipFile(io.BytesIO(reply.content))
        export, page = json.loads(file.read("porchlight.json")), file.read("index.html").decode()
        assert set(export) - {"version", "exported_at"} == set(sections), "every section has a title"
        assert [page.count(f"<h2>{english}</h2>") for english in sections.values()] == [1] * len(sections)
        assert maya.id not in page, "ids are only in the JSON"
        assert f"<dd>{sponsor.name}</dd>" in page
        assert "<b>" not in page
        assert "<script" not in page
        assert "p256dh" not in page, "of a browser's address no more than whose push service it is"
        assert "Sponsor answers" in page
    await maya.patch("/v1/me", {"language": "es", "time_zone": "America/Bogota"})
    spanish = zipfile.ZipFile(io.BytesIO((await maya.send("GET", "/v1/me/export?format=zip")).content))
    assert "<h2>Mi círculo</h2>" in spanish.read("index.html").decode()
    await maya.patch("/v1/me", {"language": "de"})
    german = zipfile.ZipFile(io.BytesIO((await maya.send("GET", "/v1/me/export?format=zip")).content))
    page = german.read("index.html").decode()
    assert '<html lang="de">' in page
    assert "<h2>Mein Kreis</h2>" in page
    assert "<dt>Sprache</dt><dd>Deutsch</dd>" in page
    assert sponsor.name in [row["name"] for row in export["circle"]]
    assert [row["name"] for row in export["supporting"]] == [sponsor.name]
    # What came from a member is gone once the membership has ended.
    await maya.post("/v1/blocks", {"person_id": sponsor.id})
    after = (await maya.send("GET", "/v1/me/export")).text
    assert "Sponsor answers" not in after
    assert "Thank you" not in after


@pytest.mark.promise(8)
async def test_promise_8_erasure_leaves_nothing_behind(world: World) -> None:
    maya, sponsor, friend = await person_with_all_kinds_of_data(world)
    assert len(await columns_with(world, maya.id)) > 20, "the search works"
    await maya.delete("/v1/me")
    await world.settle()
    assert await columns_with(world, maya.id) == []
    await maya.get("/v1/me", expect=401)
    credentials = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    assert (await world.here.http.post("/v1/sessions", json=credentials)).status_code == 401
    recovery = {
        "sign_in_name": maya.sign_in_name,
        "recovery_code": maya.recovery_codes[0],
        "new_passphrase": "another lantern",
    }
    assert (await world.here.http.post("/v1/sessions/recovery", json=recovery)).status_code == 401
    counts = {name: await world.count(name) for name in ("reach_outs", "messages", "answers", "reflections", "blocks")}
    assert counts == {"reach_outs": 1, "messages": 1, "answers": 0, "reflections": 0, "blocks": 0}
    # For others the open reach-out has ended, and nothing of Maya's can be opened.
    for member in (sponsor, friend):
        assert [notice["kind"] for notice in await member.inbox() if notice["from"] is None] == ["ended"]
        assert (await member.pushed())[-1] == "ended"
        await member.reach_out(expect=404)
        assert "Maya" not in json.dumps(await member.inbox())
        assert (await member.get("/v1/supporting"))["items"] == []
        assert (await member.get("/v1/reach-outs?mine=false"))["items"] == []
    assert await sponsor.circle() == []
    # The sign-in name is free again, for a new person.
    fresh = await world.person("Maya", sign_in_name=maya.sign_in_name)
    assert fresh.id != maya.id


async def test_erasing_a_member_erases_their_answers_and_messages(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await sponsor.answer("calling", text="On my way")
    await sponsor.delete("/v1/me")
    seen = await maya.reach_out()
    assert (seen["state"], [row["person"]["id"] for row in seen["recipients"]]) == ("waiting", [friend.id])
    assert await maya.messages() == []
    assert await columns_with(world, sponsor.id) == []
    assert [notice["kind"] for notice in await maya.inbox() if notice["from"] is None] == []


async def test_erasing_needs_fresh_proof_and_happens_once(world: World) -> None:
    maya = await world.person("Maya")
    await world.forward(301)
    await maya.delete("/v1/me", expect=403)
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await maya.delete("/v1/me")
    await maya.delete("/v1/me", expect=401)
