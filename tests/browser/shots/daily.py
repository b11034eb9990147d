"""Scenes of the days between reach-outs: a helper's Home, standing by, shared check-ins, and reflections."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.ids import new_id
from tests.browser.shots.reaching_out import NOTES
from tests.browser.shots.stage import Stage
from tests.faults.people import Person


async def helper(stage: Stage) -> None:
    maya, noor, ana = [await stage.person(name) for name in ("Maya", "Noor", "Ana")]
    companion = await stage.join(maya, ana, "sponsor")
    await stage.join(noor, ana)
    await stage.installation.store.change("UPDATE memberships SET accepted_at = '2026-01-02 10:00:00'")
    phone = await stage.phone(ana, notifications=False)
    await stage.sees(phone, "helper.calm")
    await stage.show(phone, "helper-calm")
    await stage.press(phone, "helper.hello")
    await stage.press(phone, "helper.tonight")
    await stage.sees(phone, "helper.off-say")
    await stage.show(phone, "helper-off")
    await stage.press(phone, "helper.back")
    await stage.sees(phone, "helper.calm")
    due = datetime.now(UTC) + timedelta(minutes=40)
    planned = {"due_at": due.isoformat(), "companion": companion}
    bookend = await maya.ask("POST", "/v1/bookends", planned, 201)
    await maya.press(stage.own(NOTES))
    await stage.sees(phone, "helper.needed")
    await stage.sees(phone, "helper.companion", name="Maya")
    await stage.show(phone, "helper-needed")
    await stage.goes(phone, f"#/bookends/{bookend['id']}")
    await stage.sees(phone, "bookend.companion-head", name="Maya")
    await stage.show(phone, "bookend-stands-by")
    await maya.ask("DELETE", f"/v1/bookends/{bookend['id']}", None, 204)
    await stage.sees(phone, "bookend.over-say")
    await stage.show(phone, "bookend-gone")
    other = await stage.phone(maya, "#/bookends")
    await stage.sees(other, "bookend.companion-unreachable", name="Ana")
    await stage.show(other, "bookend-dark")


async def shared(stage: Stage) -> None:
    maya, ben = await stage.person("Maya"), await stage.person("Ben")
    membership = await stage.join(maya, ben, "sponsor")
    body = {"feeling": 1, "halt": ["lonely", "tired"], "note": stage.own(NOTES), "share_with": [membership]}
    check_in = await maya.ask("POST", "/v1/check-ins", body, 201)
    phone = await stage.phone(ben, "#/inbox")
    await stage.sees(phone, "thread.check_in")
    await stage.show(phone, "inbox-people")
    await stage.goes(phone, f"#/check-ins/{check_in['id']}")
    await stage.sees(phone, "shared.see")
    await stage.show(phone, "check-in")
    await stage.press(phone, "shared.see")
    await stage.sees(phone, "shared.sent", name="Maya")
    await stage.show(phone, "check-in-seen")
    await maya.ask("DELETE", f"/v1/check-ins/{check_in['id']}", None, 204)
    await stage.goes(phone, f"#/check-ins/{check_in['id']}")
    await stage.sees(phone, "shared.not-found-say")
    await stage.show(phone, "check-in-taken-back")


async def reflections(stage: Stage) -> None:
    maya, ana = await stage.person("Maya"), await stage.person("Ana")
    await stage.join(maya, ana)
    phone = await stage.phone(maya, "#/settings/reflections")
    await stage.sees(phone, "reflection.none")
    await stage.show(phone, "reflections-none")
    for felt in ({"seen": 3, "safe": 2, "soothed": 1}, {"safe": 0}, {}):
        reach_out = await maya.press()
        await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
        await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/reflection", felt)
    await phone.page.reload()
    await stage.sees(phone, "reflection.left-out")
    await stage.show(phone, "reflections")
    await stage.goes(phone, "#/inbox")
    await stage.show(phone, "inbox-over")


async def commitments(stage: Stage) -> None:
    maya, ana, ben = [await stage.person(name) for name in ("Maya", "Ana", "Ben")]
    membership = await stage.join(maya, ana, "sponsor")
    await stage.join(maya, ben)
    phone = await stage.phone(maya, "#/commitments")
    await stage.sees(phone, "commitments.none")
    await stage.show(phone, "commitments-none")
    await stage.goes(phone, "#/commitments/new")
    call = stage.say("commitment-pick.call", name="Ana")
    await phone.page.get_by_text(call, exact=True).click()
    await phone.page.locator("fieldset", has_text="Ben").get_by_text("Ana", exact=True).click()
    await stage.sees(phone, "commitment.who-say", name="Ana")
    await stage.show(phone, "commitment-new")
    body = {"text": call, "days": list(range(7)), "at": "18:00", "witness": membership}
    made = await maya.ask("POST", "/v1/commitments", body, 201)
    path = f"/v1/commitments/{made['id']}"
    other = await stage.phone(ana, f"#/commitments/{made['id']}")
    await stage.sees(other, "witness.asked", name="Maya")
    await stage.show(other, "commitment-asked")
    await stage.press(other, "witness.yes")
    await stage.sees(other, "witness.knows", name="Maya")
    await stage.goes(phone, f"#/commitments/{made['id']}")
    await stage.sees(phone, "commitment.known-by", name="Ana")
    await stage.show(phone, "commitment-due")
    await stage.press(phone, "commitment.not-today")
    await stage.sees(phone, "not-today.head")
    await stage.show(phone, "commitment-not-today")
    await phone.page.reload()
    await stage.sees(phone, "commitment.other-days")
    await stage.show(phone, "commitment-said")
    await stage.goes(phone, f"#/commitments/{made['id']}/days")
    await phone.page.get_by_text(stage.say("commitment.done"), exact=True).click()
    await stage.show(phone, "commitment-days")
    await stage.show(other, "commitment-known")
    await stage.installation.store.change("UPDATE commitments SET ended_at = created_at, next_at = NULL")
    await stage.goes(phone, f"#/commitments/{made['id']}")
    await stage.sees(phone, "commitment.renew")
    await stage.show(phone, "commitment-ended")
    await stage.goes(phone, "#/commitments")
    await stage.sees(phone, "commitments.ended")
    await stage.show(phone, "commitments")
    await maya.ask("DELETE", path, None, 204)
    await other.page.reload()
    await stage.sees(other, "commitment.over")


async def connection(stage: Stage) -> None:
    maya, ana, ben, chidi, _dee = await stage.circle()
    phone = await stage.phone(maya, "#/circle/connection")
    await stage.sees(phone, "connection.begin")
    await stage.show(phone, "connection-empty")
    await _was_in_touch(stage, maya, {ben: (0, 1, 1, 8, 9, 9, 15, 22, 29, 36, 43, 50), chidi: (24, 31, 38, 45, 45, 46)})
    await _was_in_touch(stage, maya, {ana: (1, 2, 15, 30, 52)})
    for felt in ({"seen": 2, "safe": 1, "soothed": 2}, {"seen": 3, "safe": 2}, {"seen": 3}):
        reach_out = await maya.press()
        await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "here"}, 201)
        await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "connected"})
        await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/reflection", felt)
    await phone.page.reload()
    await stage.sees(phone, "connection.read")
    await stage.show(phone, "connection")
    await stage.press(phone, "connection.word")
    await stage.sees(phone, "person.goes", name="Chidi")
    await stage.show(phone, "connection-undo")
    await stage.press(phone, "undo.button")
    await stage.sees(phone, "connection.word")


async def _was_in_touch(stage: Stage, person: Person, others: Mapping[Person, Sequence[int]]) -> None:
    """Store reach-ins of this many days ago to members of their circle."""
    for other, days in others.items():
        ids = {"sender": UUID(person.id).hex, "recipient": UUID(other.id).hex}
        for ago in days:
            at = datetime.now(UTC) - timedelta(days=ago, minutes=5)
            await stage.installation.store.change(
                "INSERT INTO reach_ins (id, sender_id, recipient_id, membership_id, created_at) "
                f"SELECT '{new_id(at).hex}', owner_id, member_id, id, '{at.replace(tzinfo=None)}' FROM memberships "
                f"WHERE owner_id = '{ids['sender']}' AND member_id = '{ids['recipient']}'"
            )


async def rhythm(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    for _ in range(6):
        reach_out = await maya.press()
        await ana.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "here"})
        await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "connected"})
    phone = await stage.phone(maya, "#/settings/rhythm")
    await stage.show(phone, "rhythm-off")
    choice = {"check_in": {"at": "21:00", "days": [0, 1, 2, 3, 4, 5, 6]}, "week": {"at": "18:00", "day": 6}}
    await maya.ask("PUT", "/v1/me/rhythm", choice)
    await phone.page.reload()
    await stage.sees(phone, "rhythm.week")
    await stage.show(phone, "rhythm")
    await stage.goes(phone, f"#/reflection/{reach_out['id']}")
    await stage.sees(phone, "thanks.to", name="Ana")
    await stage.show(phone, "thanks")
    await stage.goes(phone, "#/follow-up")
    await stage.show(phone, "follow-up")
    await stage.goes(phone, "#/settings/away")
    await stage.show(phone, "away")
    await stage.press(phone, "away.week")
    await stage.sees(phone, "helper.back")
    await stage.show(phone, "away-on")
    other = await stage.phone(ana)
    await stage.sees(other, "load.fine")
    await stage.show(other, "helper-load")
