"""Scenes of "Could somebody talk?": asked, answered, ended in quiet; the helper's side; and after a slip."""

import re

from tests.browser.shots.stage import Stage
from tests.faults.people import Person, are_free

NOTES = {
    "en": "Nothing big. I would like to hear a voice.",
    "es": "Nada grande. Me gustaría oír una voz.",
    "de": "Nichts Großes. Ich möchte eine Stimme hören.",
}
REPLIES = {
    "en": "Dinner first, then I am all yours.",
    "es": "Primero ceno, y luego soy toda oídos.",
    "de": "Erst essen, dann bin ich ganz da.",
}


async def free_people(stage: Stage) -> list[Person]:
    """Make Maya's circle, of which Ana and Ben are free at whatever hour the scene is played, and Chidi and Dee are not."""
    maya, ana, ben, chidi, dee = await stage.circle()
    await are_free(ana, ben)
    for member in (chidi, dee):
        [place] = (await member.ask("GET", "/v1/supporting"))["items"]
        await member.ask("PATCH", f"/v1/supporting/{place['id']}", {"muted_until": "2100-01-01T08:00:00Z"})
    return [maya, ana, ben, chidi, dee]


async def calm(stage: Stage) -> None:
    maya, ana, ben, *_ = await free_people(stage)
    phone = await stage.phone(maya, notifications=False)
    await stage.sees(phone, "calm.nothing-burns")
    await stage.goes(phone, "#/calm")
    await stage.sees(phone, "calm.free")
    await stage.show(phone, "calm-ask")
    await phone.page.get_by_label(stage.say("calm.word")).fill(stage.own(NOTES))
    await phone.page.get_by_role("button", name=re.compile("Ana .+ Ben")).click()
    await stage.sees(phone, "calm.asked-at")
    [asked] = (await maya.ask("GET", "/v1/reach-outs?open=true"))["items"]
    path = f"/v1/reach-outs/{asked['id']}"
    [notice] = await ana.inbox("calm")
    await ana.ask("POST", f"/v1/inbox/{notice['id']}/read")
    await stage.sees(phone, "state.seen")
    await stage.show(phone, "calm-asked")
    await stage.goes(phone, "#/")
    await stage.sees(phone, "calm.asked-at")
    await stage.show(phone, "home-calm-asked")
    other = await stage.phone(ben, "#/inbox", notifications=False)
    await stage.sees(other, "incoming-calm.head", name="Maya")
    await stage.show(other, "inbox-calm")
    await stage.goes(other, f"#/reach-outs/{asked['id']}")
    await stage.sees(other, "incoming-calm.say", name="Maya")
    await stage.show(other, "incoming-calm")
    await other.page.get_by_text(stage.say("incoming-calm.another"), exact=True).first.click()
    await stage.show(other, "incoming-calm-another")
    await ben.ask("POST", f"{path}/answers", {"kind": "soon", "minutes": 40})
    await ben.ask("POST", f"{path}/messages", {"text": stage.own(REPLIES)}, 201)
    await stage.sees(other, "incoming-calm.answered", name="Maya")
    await stage.show(other, "incoming-calm-answered")
    await stage.goes(phone, "#/calm")
    await phone.sees(stage.own(REPLIES))
    await stage.show(phone, "calm-can-talk")
    await stage.goes(phone, "#/")
    await stage.sees(phone, "calm.can-talk", name="Ben")
    await stage.show(phone, "home-calm-can-talk")


async def calm_quiet(stage: Stage) -> None:
    maya, ana, ben, *_ = await free_people(stage)
    phone = await stage.phone(maya, notifications=False)
    await stage.sees(phone, "calm.nothing-burns")
    asked = await maya.ask("POST", "/v1/reach-outs", {"calm": True}, 201)
    await stage.sees(phone, "calm.asked-at")
    for member in (ana, ben):
        await member.ask("POST", f"/v1/reach-outs/{asked['id']}/answers", {"kind": "cannot"})
    await stage.goes(phone, "#/calm")
    await stage.sees(phone, "problem.nobody-free")
    await stage.show(phone, "calm-nobody")
    await ends_in_quiet(stage, asked["id"])
    await stage.goes(phone, "#/")
    await stage.sees(phone, "calm.quiet")
    await stage.show(phone, "home-calm-quiet")
    await stage.goes(phone, "#/calm")
    await stage.sees(phone, "calm.quiet-say")
    await stage.show(phone, "calm-quiet")
    other = await stage.phone(ana, f"#/reach-outs/{asked['id']}", notifications=False)
    await stage.sees(other, "incoming-calm.over")
    await stage.show(other, "incoming-calm-over")
    for member in (ana, ben):
        [place] = (await member.ask("GET", "/v1/supporting"))["items"]
        await member.ask("PATCH", f"/v1/supporting/{place['id']}", {"muted_until": "2100-01-01T08:00:00Z"})
    await stage.press(phone, "calm.again")
    await phone.page.reload()
    await stage.press(phone, "calm.again")
    await stage.sees(phone, "problem.nobody-free")
    await stage.show(phone, "calm-nobody-free")
    await phone.context.set_offline(True)
    await phone.page.evaluate("dispatchEvent(new Event('offline'))")
    await stage.sees(phone, "calm.offline")
    await stage.show(phone, "calm-offline")


async def ends_in_quiet(stage: Stage, reach_out_id: str) -> None:
    """Let its two hours be over."""
    past = "datetime('now', '-1 minutes')"
    await stage.installation.store.change(
        f"UPDATE reach_outs SET paused_until = {past}, due_at = {past}"
        f" WHERE id = '{reach_out_id.replace('-', '')}' OR id = '{reach_out_id}'"
    )


async def slip(stage: Stage) -> None:
    maya, *_ = await free_people(stage)
    phone = await stage.phone(maya, "#/calm/slip", notifications=False)
    await stage.sees(phone, "slip.say")
    await stage.show(phone, "slip")
    await stage.goes(phone, "#/calm/rest")
    await stage.sees(phone, "rest.say")
    await stage.show(phone, "slip-rest")
    await stage.goes(phone, "#/follow-up")
    await stage.sees(phone, "follow-up.say")
    await stage.show(phone, "follow-up")
