"""Scenes of check-ins and the week, from their author's side: Home on a calm day, the form, the offer, eight weeks."""

from datetime import UTC, datetime, timedelta

from tests.browser.shots.reaching_out import NOTES
from tests.browser.shots.stage import Stage

WEEKS: tuple[dict[str, int], ...] = (
    {"people": 1, "honest": 0, "care": 2, "sleep": 1, "urges": 3, "feelings": 2, "sure": 0},
    {"people": 2, "honest": 1, "care": 2, "sleep": 1, "urges": 2, "feelings": 2, "sure": 1},
    {},
    {"people": 2, "honest": 1, "care": 1, "sleep": 2, "urges": 2, "feelings": 1, "sure": 1},
    {"people": 2, "honest": 2, "care": 1, "sleep": 1, "urges": 3, "feelings": 2, "sure": 2},
    {"people": 3, "honest": 1, "care": 2, "urges": 1, "feelings": 2, "sure": 1},
    {"people": 3, "honest": 2, "care": 1, "sleep": 2, "urges": 1, "feelings": 1, "sure": 2},
    {"people": 3, "honest": 2, "care": 1, "urges": 1},
)


async def check_ins(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    phone = await stage.phone(maya, notifications=False)
    await stage.sees(phone, "check-in.head")
    await stage.show(phone, "home-day")
    await stage.press(phone, "feeling.1")
    await stage.sees(phone, "today.said")
    await stage.show(phone, "home-today")
    await phone.page.get_by_role("link", name=stage.say("today.share")).click()
    await stage.sees(phone, "sharing.who")
    await phone.page.get_by_label(stage.say("halt.tired")).check()
    await phone.page.get_by_label(stage.say("check-in.note")).fill(stage.own(NOTES))
    await phone.page.get_by_label("Ana", exact=True).check()
    await stage.show(phone, "check-in-form")
    await stage.press(phone, "check-in.keep")
    await stage.sees(phone, "today.said")
    await stage.goes(phone, "#/check-ins")
    await stage.sees(phone, "check-in.earlier")
    await stage.show(phone, "check-in-list")
    await stage.goes(phone, "#/check-ins/new")
    await phone.page.get_by_label(stage.say("feeling.0")).check()
    await stage.press(phone, "check-in.keep")
    await stage.sees(phone, "offer.head")
    await stage.show(phone, "check-in-offer")


async def week(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    phone = await stage.phone(maya, "#/week", notifications=False)
    await stage.sees(phone, "weekly.head")
    await phone.page.get_by_label(stage.say("grade.yes")).first.check()
    await phone.page.get_by_label(stage.say("wind.1")).first.check()
    await phone.page.get_by_label("Ana", exact=True).check()
    await stage.show(phone, "week")
    now = datetime.now(UTC)
    for back, items in enumerate(reversed(WEEKS)):
        check_in = await maya.ask("POST", "/v1/check-ins", {"week": items}, 201)
        at = (now - timedelta(weeks=back)).strftime("%Y-%m-%d %H:%M:%S")
        await stage.installation.store.change(
            f"UPDATE check_ins SET created_at = '{at}' WHERE lower(hex(id)) = '{check_in['id'].replace('-', '')}' OR id = '{check_in['id'].replace('-', '')}'"
        )
    await stage.goes(phone, "#/week/look-back")
    await stage.sees(phone, "weeks.head")
    await stage.show(phone, "weeks")
