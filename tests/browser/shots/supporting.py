"""Scenes of the person who answers: inbox, a reach-out before and after the answer, and its end."""

from tests.browser.shots.reaching_out import NOTES, REPLIES
from tests.browser.shots.stage import Stage
from tests.faults.people import Person


async def inbox(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    noor = await stage.person("Noor")
    await stage.join(noor, ana)
    fresh = await stage.phone(await stage.person("Ana"), "#/inbox", notifications=False)
    await stage.show(fresh, "inbox-empty")
    earlier = await noor.press()
    await ana.ask("POST", f"/v1/reach-outs/{earlier['id']}/answers", {"kind": "calling"})
    await noor.ask("POST", f"/v1/reach-outs/{earlier['id']}/close", {"outcome": "connected"})
    await maya.press(stage.own(NOTES))
    phone = await stage.phone(ana, "#/inbox")
    await stage.sees(phone, "inbox.urgent")
    await stage.show(phone, "inbox")


async def incoming_reach_out(stage: Stage) -> None:
    maya, ana, ben, *_ = await stage.circle()
    reach_out = await maya.press(stage.own(NOTES))
    path = f"/v1/reach-outs/{reach_out['id']}"
    phone = await stage.phone(ana, f"#/reach-outs/{reach_out['id']}")
    await stage.sees(phone, "incoming.calling")
    await stage.show(phone, "incoming-reach-out")
    await ben.ask("POST", f"{path}/answers", {"kind": "soon", "minutes": 10})
    await stage.press(phone, "incoming.here")
    await stage.sees(phone, "incoming-answered.here", name="Maya")
    await maya.ask("POST", f"{path}/messages", {"text": stage.own(REPLIES)}, 201)
    await phone.sees(stage.own(REPLIES))
    await stage.show(phone, "incoming-reach-out-here")
    await stage.press(phone, "incoming.change-answer")
    await stage.press(phone, "incoming.soon")
    await stage.sees(phone, "incoming-answered.soon", name="Maya")
    await stage.show(phone, "incoming-reach-out-soon")
    await stage.press(phone, "incoming.change-answer")
    await stage.press(phone, "incoming.cannot")
    await stage.sees(phone, "incoming-answered.cannot")
    await stage.show(phone, "incoming-reach-out-cannot")
    await maya.ask("POST", f"{path}/close", {"outcome": "connected"})
    await stage.sees(phone, "incoming.over-say")
    await stage.show(phone, "incoming-reach-out-over")
    await _closed_reach_out(stage, maya, reach_out["id"])
    await phone.context.set_offline(True)
    await stage.goes(phone, "#/reach-outs/00000000-0000-7000-8000-000000000001")
    await stage.sees(phone, "all.network-error")
    await stage.show(phone, "incoming-reach-out-offline")
    await phone.context.set_offline(False)
    await stage.goes(phone, "#/reach-outs/00000000-0000-7000-8000-000000000000")
    await stage.sees(phone, "not-found.head")
    await stage.show(phone, "not-found")


async def _closed_reach_out(stage: Stage, owner: Person, reach_out: str) -> None:
    """Show the closed reach-out to whoever reached out."""
    phone = await stage.phone(owner, f"#/reach-outs/{reach_out}")
    await stage.sees(phone, "own-reach-out.say")
    await stage.show(phone, "my-reach-out")
    await stage.close(phone)
