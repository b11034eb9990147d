"""My circle, and the people whose circle I am in."""

from tests.browser.shots.stage import Stage

LONG = ("Maximiliane-Alexandra von und zu Hohenstein-Wittelsbach", "Bartholomäusineinemwortohnejedenzwischenraum")


async def circle(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    eli = await stage.person("Eli")
    phone = await stage.phone(maya, "#/circle")
    await stage.sees(phone, "circle.step-1")
    await stage.show(phone, "circle")
    invitation = await maya.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    await eli.ask("POST", "/v1/invitations/accept", {"token": invitation["token"]}, 201)
    await stage.sees(phone, "confirm.yes")
    await stage.show(phone, "circle-confirm")
    await stage.goes(phone, f"#/people/{ana.id}")
    await phone.page.get_by_role("button", name=stage.say("circle.more", name="Ana")).click()
    await stage.show(phone, "member")
    await stage.press(phone, "member.remove")
    await stage.show(phone, "member-remove")
    await stage.press(phone, "all.close")
    await stage.goes(phone, "#/circle")
    await stage.press(phone, "invite.head")
    await stage.show(phone, "invite-who")
    await stage.press(phone, "invite.show")
    await stage.sees(phone, "invite.say")
    await stage.show(phone, "invite")
    await stage.press(phone, "all.close")
    await stage.sees(phone, "circle.invited-say")
    await stage.show(phone, "circle-invited")
    await stage.goes(phone, "#/circle/times")
    await stage.show(phone, "ladder-settings")


async def circle_of_one(stage: Stage) -> None:
    """Nobody, then one member without a phone."""
    maya, dee = await stage.person("Maya"), await stage.person("Dee", contact="+1 202 555 0190")
    phone = await stage.phone(maya, "#/circle")
    await stage.show(phone, "circle-empty")
    await stage.join(maya, dee)
    await phone.page.reload()
    await stage.sees(phone, "contact-number.head")
    await stage.show(phone, "circle-of-one")


async def supporting(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    noor = await stage.person("Noor")
    membership = await stage.join(noor, ana)
    await ana.ask("PATCH", f"/v1/supporting/{membership}", {"muted_until": "2100-01-01T08:00:00Z"})
    await maya.press()
    sam = await stage.person("Sam")
    invitation = await sam.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    await ana.ask("POST", "/v1/invitations/accept", {"token": invitation["token"]}, 201)
    phone = await stage.phone(ana, "#/circle")
    await stage.sees(phone, "away.everybody")
    await stage.show(phone, "supporting")
    await stage.goes(phone, f"#/people/{maya.id}")
    await phone.page.get_by_role("button", name=stage.say("circle.more", name="Maya")).click()
    await stage.show(phone, "supporting-member")


async def crowd(stage: Stage) -> None:
    """Fifteen people, some with names as long as names may be."""
    maya = await stage.person("Maya")
    people = []
    for number in range(15):
        called = LONG[number] if number < len(LONG) else f"Person {number}"
        people.append(await stage.person(f"p{number}", called, contact="+1 202 555 0111"))
        await stage.join(maya, people[-1], "counselor", 1 if number < 4 else 2)
        await people[-1].phone()
    phone = await stage.phone(maya)
    await stage.sees(phone, "check-in.head")
    await stage.show(phone, "crowd-home")
    await stage.goes(phone, "#/circle")
    await stage.show(phone, "crowd-circle")
    reach_out = await maya.press("Bitte")
    await stage.goes(phone, "#/")
    await stage.sees(phone, "close.mistake")
    await stage.show(phone, "crowd-waiting")
    await people[0].ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "calling"})
    await people[1].ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "here"})
    await phone.sees(LONG[1])
    await stage.show(phone, "crowd-answered")
