"""Pushes end to end: encrypted by the server, decrypted by the stand-in, delivered to the service worker through the DevTools."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Edit
from tests.world.patience import patient

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.whole_browser]


async def test_a_push_is_shown_receipted_and_opens_the_reach_out(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    reach_out = await noor.press("Rough evening.")
    await phone.pushed("reach_out")
    shown = await phone.shows_notification(at_once=True)
    assert (shown["title"], shown["body"]) == ("Porchlight", "Someone in your circle would like company.")
    text = str(shown)
    assert "Noor" not in text
    assert "Rough" not in text

    # The person who reached out sees the phone's receipt.
    assert await _state(noor, reach_out["id"]) == "delivered"
    await phone.taps_notification()
    await phone.sees_heading("Noor would like company.")
    await phone.sees("Rough evening.")
    assert await _state(noor, reach_out["id"], "seen") == "seen"
    assert await phone.notifications() == []


async def test_the_same_reach_out_is_shown_once(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    reach_out = await noor.press()
    await phone.pushed("reach_out")
    await phone.shows_notification()
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    await phone.pushed("all_clear")
    await expect(phone, "All is well. Thank you for being there.")


async def test_a_message_is_shown_beside_the_alarm_and_cleared_with_it(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    reach_out = await noor.press()
    await phone.pushed("reach_out")
    await phone.shows_notification()
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/messages", {"text": "Please."}, 201)
    await phone.pushed("message")
    await expect(phone, "Someone in your circle would like company.", "You have a new message.")
    # Opening one clears both.
    await phone.taps_notification()
    await phone.sees_heading("Noor would like company.")
    await expect(phone)


async def test_only_the_all_clear_remains(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    reach_out = await noor.press()
    await phone.pushed("reach_out")
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/messages", {"text": "Please."}, 201)
    await phone.pushed("message")
    await expect(phone, "Someone in your circle would like company.", "You have a new message.")
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    await phone.pushed("all_clear")
    await expect(phone, "All is well. Thank you for being there.")


@pytest.mark.parametrize("silent", [True, False])
async def test_a_spared_alarm_is_shown_and_makes_no_sound(new_phone: NewPhone, circle: NewCircle, silent: bool) -> None:
    """How the server says it of a third press in a row (tests/stories/reach_out/test_spared_sound.py)."""
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    await noor.press()
    await phone.pushed(
        "reach_out", edit=lambda push: _with_data(push, {**push["data"], "silent": "true"} if silent else push["data"])
    )
    shown = await phone.shows_notification()
    assert (bool(shown["silent"]), shown["requireInteraction"]) == (silent, True)


def as_an_older_server(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the push as an older server sends it, which leaves the meaning of a kind to the worker."""
    return _with_data(content, {name: of for name, of in content["data"].items() if name not in {"urgent", "closes"}})


def as_a_newer_server(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the push as a newer server sends it, with a kind that is unknown to this worker."""
    return _with_data(content, {**content["data"], "kind": f"newer_{content['data']['kind']}"})


def _with_data(content: Mapping[str, Any], data: Mapping[str, str]) -> dict[str, Any]:
    return {**content, "data": data, "notification": {**content["notification"], "data": data}}


@pytest.mark.parametrize("edit", [as_an_older_server, as_a_newer_server])
async def test_kinds_of_older_and_newer_servers_are_handled(new_phone: NewPhone, circle: NewCircle, edit: Edit) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    reach_out = await noor.press()
    await phone.pushed("reach_out", edit=edit)
    assert (await phone.shows_notification())["requireInteraction"]
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/messages", {"text": "Please."}, 201)
    await phone.pushed("message", edit=edit)
    await expect(phone, "Someone in your circle would like company.", "You have a new message.")
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    await phone.pushed("all_clear", edit=edit)
    await expect(phone, "All is well. Thank you for being there.")
    assert not (await phone.shows_notification())["requireInteraction"]


DECLARED = """
async message => {
  const { notification, data } = message;
  const event = new ExtendableEvent('push');
  let handled;
  // As Safari hands over a declarative message: what it would show, and no data.
  Object.assign(event, { data: null, notification: { ...notification, data }, waitUntil: work => { handled = work; } });
  self.dispatchEvent(event);
  await handled;
}
"""


async def test_a_browser_that_reads_declarative_messages_shows_and_receipts_them(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    reach_out = await noor.press()
    message = await phone.receives("reach_out")
    await (await phone.worker()).evaluate(DECLARED, message)
    shown = await phone.shows_notification()
    assert (shown["body"], shown["requireInteraction"]) == ("Someone in your circle would like company.", True)
    assert shown["data"]["reach_out_id"] == reach_out["id"]
    assert await _state(noor, reach_out["id"], "delivered") == "delivered"


async def test_declining_from_the_notification(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    reach_out = await noor.press()
    await phone.pushed("reach_out")
    await phone.shows_notification()
    await phone.taps_notification("cannot")
    assert await _state(noor, reach_out["id"], "declined") == "declined"


async def test_an_unreadable_push_is_still_shown(new_phone: NewPhone, circle: NewCircle) -> None:
    _, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    await phone.delivers("\x00 not ours")
    assert (await phone.shows_notification())["body"] == "Something new is waiting for you."


async def test_a_pending_press_is_sent_by_the_service_worker(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    registration = await phone.registration()
    await phone.context.set_offline(True)
    await phone.press_button("Reach out now")
    await phone.sees_heading("Not sent yet")
    await phone.page.goto("about:blank")
    await phone.context.set_offline(False)
    event = {"origin": phone.url, "registrationId": registration, "tag": "press", "lastChance": False}
    await (await phone.devtools()).send("ServiceWorker.dispatchSyncEvent", event)
    inbox = await _eventually(ben)
    assert len(inbox) == 1


async def expect(phone, *bodies: str) -> None:
    # A worker waits up to a second for each of the browser's own services before it shows a push without them.
    waited = 0.0
    while waited < patient(10):
        shown = await phone.notifications()
        if sorted(notification["body"] for notification in shown) == sorted(bodies):
            return
        await asyncio.sleep(0.05)
        waited += 0.05
    raise AssertionError(f"{shown}")


async def _state(person, reach_out: str, wanted: str = "delivered") -> str:
    state = ""
    for _ in range(100):
        recipients = (await person.ask("GET", f"/v1/reach-outs/{reach_out}"))["recipients"]
        state = recipients[0]["state"]
        if state == wanted:
            break
        await asyncio.sleep(0.1)
    return str(state)


async def _eventually(person) -> list[dict[str, object]]:
    for _ in range(100):
        notices = await person.inbox()
        if notices:
            return list(notices)
        await asyncio.sleep(0.1)
    return []


async def test_a_silent_push_service_is_reported(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.context.add_init_script("PushManager.prototype.subscribe = () => new Promise(() => undefined)")
    await phone.belongs_to(noor)
    await phone.page.clock.install()
    # The time limit starts once the server's key has arrived.
    async with phone.page.expect_response("**/v1/config"):
        await phone.open("#/settings")
    await phone.sees("Notifications are on")
    await phone.controlled()
    await phone.page.clock.run_for(14_000)
    await phone.sees("Notifications are on")
    await phone.page.clock.run_for(2_000)
    await phone.sees("The notification service does not answer")
    await phone.sees("Some networks hold notifications back.")
