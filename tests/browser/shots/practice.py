"""Scenes of a practice light, from its beginning to its result, and of the night in advance."""

from tests.browser.shots.stage import Stage
from tests.faults.people import are_free

NOON = [{"day": day, "from": "12:00", "to": "12:10"} for day in range(7)]


async def practice(stage: Stage) -> None:
    maya, ana, ben, chidi, _dee = await stage.circle()
    await are_free(ana, ben)
    await chidi.ask("PATCH", "/v1/me", {"hours": NOON})
    phone = await stage.phone(maya, "#/circle/practice")
    await stage.sees(phone, "practice.title")
    await stage.show(phone, "practice")
    begun = await maya.ask("POST", "/v1/practices", {}, 201)
    other = await stage.phone(ben, f"#/practices/{begun['id']}")
    await stage.sees(other, "practice.from", name="Maya")
    await stage.show(other, "practice-light")
    await stage.press(other, "practice.see")
    await stage.sees(other, "practice.knows", name="Maya")
    await stage.show(other, "practice-seen")
    await ana.ask("POST", f"/v1/practices/{begun['id']}/seen")
    await phone.page.reload()
    await stage.sees(phone, "practice.end")
    await stage.show(phone, "practice-result")
    await stage.press(phone, "practice.end")
    await stage.sees(phone, "practice.ended")
    await stage.show(phone, "practice-ended")
    await stage.goes(phone, "#/circle")
    await stage.sees(phone, "practice.last-today")
    await stage.show(phone, "circle-practised")


async def night(stage: Stage) -> None:
    maya, ana, *others = await stage.circle()
    for person in others:
        await person.ask("PATCH", "/v1/me", {"hours": NOON})
    phone = await stage.phone(maya, "#/circle/night")
    await stage.sees(phone, "night.yes")
    await stage.show(phone, "night")
    await ana.ask("PATCH", "/v1/me", {"hours": NOON})
    await phone.page.reload()
    await stage.sees(phone, "night.none")
    await stage.show(phone, "night-nobody")
    await stage.goes(phone, f"#/people/{ana.id}")
    await stage.sees(phone, "tried.try")
    await stage.show(phone, "person-untried")
