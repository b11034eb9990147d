"""Scenes of the person who reaches out: Home, the pending press, waiting, and answers."""

import time

from tests.browser.shots.stage import Stage

NOTES = {
    "en": "Rough evening. I keep looking at the door.",
    "es": "Una noche difícil. No dejo de mirar la puerta.",
    "de": "Schwerer Abend. Ich schaue immer wieder zur Tür.",
}
REPLIES = {
    "en": "I am right here. Can you write for a bit?",
    "es": "Estoy aquí. ¿Escribimos un rato?",
    "de": "Ich bin da. Magst du ein bisschen schreiben?",
}
LATER_MS = 2 * 60 * 60_000 + 11 * 60_000


async def home(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    phone = await stage.phone(maya)
    await stage.sees(phone, "check-in.head")
    await stage.show(phone, "home")
    noor = await stage.person("Noor")
    await stage.join(noor, maya)
    await noor.press()
    await stage.sees(phone, "need-say.company", name="Noor")
    await stage.show(phone, "home-needed")
    await phone.page.mouse.dblclick(100, 12)
    await stage.ready(phone)
    await stage.show(phone, "quick-hide")
    lonely, friend = await stage.person("Maya"), await stage.person("Dee")
    await stage.join(lonely, friend)
    phone = await stage.phone(lonely)
    await stage.sees(phone, "home.nobody-reachable")
    await stage.show(phone, "home-nobody")


async def undo(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    phone = await stage.phone(maya)
    await stage.sees(phone, "check-in.head")
    # Offline and with a fixed clock, the three seconds of undo do not end.
    await phone.context.set_offline(True)
    await phone.page.clock.set_fixed_time(time.time())
    await stage.press(phone, "press.button")
    await stage.show(phone, "undo")


async def not_sent(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    phone = await stage.phone(maya)
    await stage.sees(phone, "check-in.head")
    await phone.controlled()
    await phone.context.set_offline(True)
    await stage.press(phone, "press.button")
    await stage.sees(phone, "pending.head")
    await stage.show(phone, "not-sent")
    await phone.page.clock.install()
    await phone.page.clock.fast_forward(LATER_MS)
    await stage.sees(phone, "pending.send")
    await stage.show(phone, "not-sent-old")


async def signed_out(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    phone = await stage.phone(maya)
    await stage.sees(phone, "check-in.head")
    await phone.controlled()
    await phone.context.set_offline(True)
    await stage.press(phone, "press.button")
    await stage.sees(phone, "pending.head")
    await maya.ask("DELETE", "/v1/sessions/others")
    await phone.context.set_offline(False)
    await stage.sees(phone, "pending.expired")
    await stage.show(phone, "not-sent-signed-out")
    await phone.page.get_by_role("button", name=stage.say("pending.cancel")).click()
    await stage.sees(phone, "sign-in.expired")
    await stage.show(phone, "sign-in-dead")


async def waiting(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    reach_out = await maya.press(stage.own(NOTES))
    phone = await stage.phone(maya)
    await stage.sees(phone, "close.mistake")
    await stage.show(phone, "waiting-told")
    [notice] = await ana.inbox()
    await ana.ask("POST", f"/v1/inbox/{notice['id']}/read")
    await stage.sees(phone, "state.seen")
    await stage.show(phone, "waiting")
    await stage.press(phone, "close.talking")
    await stage.show(phone, "talking-with")
    await stage.press(phone, "all.close")
    await stage.installation.store.change(
        "UPDATE reach_outs SET unanswered_at = created_at, created_at = datetime(created_at, '-5 minutes')"
        f" WHERE id = '{reach_out['id'].replace('-', '')}' OR id = '{reach_out['id']}'"
    )
    await phone.page.reload()
    await stage.sees(phone, "unanswered.head")
    await stage.show(phone, "nobody-yet")


async def answered(stage: Stage) -> None:
    maya, ana, ben, *_ = await stage.circle()
    reach_out = await maya.press(stage.own(NOTES))
    path = f"/v1/reach-outs/{reach_out['id']}"
    phone = await stage.phone(maya)
    await ben.ask("POST", f"{path}/answers", {"kind": "soon", "minutes": 10})
    await stage.sees(phone, "answered.paused-until")
    await stage.show(phone, "answered-soon")
    await ben.ask("POST", f"{path}/answers", {"kind": "here"})
    await ben.ask("POST", f"{path}/messages", {"text": stage.own(REPLIES)}, 201)
    await phone.sees(stage.own(REPLIES))
    await stage.show(phone, "answered-here")
    await ana.ask("POST", f"{path}/answers", {"kind": "calling"})
    await stage.sees(phone, "answered.calling", name="Ana")
    await stage.show(phone, "answered-two")
    await stage.press(phone, "close.talking")
    await stage.sees(phone, "answered.take-time")
    await stage.show(phone, "talking")
    await stage.press(phone, "close.okay")
    await stage.sees(phone, "reflection.head")
    for group in await phone.page.get_by_role("group").all():
        await group.locator("label").nth(2).click()
    await stage.show(phone, "reflection")


async def calling(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    reach_out = await maya.press()
    phone = await stage.phone(maya)
    await ana.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "calling"})
    await stage.sees(phone, "answered.calling", name="Ana")
    await stage.show(phone, "answered-calling")
