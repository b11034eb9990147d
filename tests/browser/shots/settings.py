"""Scenes of the settings and their pages, and of bookends."""

from datetime import UTC, datetime, timedelta

from tests.browser.locked import PIN
from tests.browser.shots.stage import Stage
from tests.faults.people import PASSPHRASE

HOURS = [{"day": day, "from": "08:00", "to": "22:00"} for day in range(7)]
PLANS = {
    "en": "Dinner with the old team",
    "es": "Cena con el equipo de antes",
    "de": "Essen mit dem alten Team",
}


async def settings(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    await maya.ask("PATCH", "/v1/me", {"hours": HOURS})
    await maya.ask("POST", "/v1/channels", {"kind": "email", "address": "maya@example.org"}, 201)
    phone = await stage.phone(maya, "#/settings")
    await stage.sees(phone, "settings.export")
    await stage.show(phone, "settings")
    await stage.press(phone, "notify.test")
    await phone.pushed("test")
    await stage.sees(phone, "notify-state.works")
    await stage.show(phone, "settings-works")
    for page in ("hours", "number", "fallback", "devices", "passkeys", "passphrase", "privacy", "delete"):
        await stage.goes(phone, f"#/settings/{page}")
        await stage.show(phone, page)
    await stage.goes(phone, "#/settings/passphrase")
    await phone.page.get_by_label(stage.say("proof.ask"), exact=True).fill(PASSPHRASE)
    await stage.press(phone, "passphrase.continue")
    await stage.sees(phone, "passphrase.codes-say")
    await stage.show(phone, "passphrase-new")


async def locked(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    phone = await stage.phone(maya, "#/settings/lock/asked")
    await stage.show(phone, "shared-phone")
    await phone.page.locator("[name=pin]").fill(PIN)
    await stage.press(phone, "lock.use-pin")
    await stage.sees(phone, "lock-on.pin")
    await stage.show(phone, "lock-on")
    await phone.page.locator("[name=pin]").fill(PIN)
    await stage.press(phone, "lock.change")
    await stage.sees(phone, "lock.lamp")
    await stage.show(phone, "lock-change")
    await stage.goes(phone, "#/")
    await phone.page.reload()
    await stage.sees(phone, "lock.open")
    await stage.show(phone, "locked")
    await phone.page.locator(".hold").tap()
    await stage.sees(phone, "lock.hold-longer")
    await stage.show(phone, "locked-tapped")
    await phone.page.locator("[name=pin]").fill(PIN)
    await stage.press(phone, "lock.open")
    await stage.goes(phone, "#/settings/lock")
    await phone.page.locator("[name=pin]").fill(PIN)
    await stage.press(phone, "lock.change")
    await phone.page.get_by_role("switch", name=stage.say("lock.lamp")).click()
    await stage.goes(phone, "#/")
    await phone.page.reload()
    await stage.sees(phone, "lock.open")
    await stage.show(phone, "locked-without-lamp")


async def blocked(stage: Stage) -> None:
    phone = await stage.phone(await stage.person("Maya"), "#/settings", notifications=False)
    await stage.show(phone, "settings-off")
    await stage.press(phone, "notify.switch")
    await stage.sees(phone, "notify-state.blocked")
    await stage.show(phone, "settings-blocked")


async def bookends(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    phone = await stage.phone(maya, "#/bookends")
    await stage.sees(phone, "bookend.start")
    await stage.show(phone, "bookend-none")
    members = (await maya.ask("GET", "/v1/circle"))["items"]
    companion = next(member["id"] for member in members if member["person"]["display_name"] == "Ana")
    due = datetime.now(UTC) + timedelta(minutes=47)
    body = {"what": stage.own(PLANS), "due_at": due.isoformat(), "companion": companion}
    bookend = await maya.ask("POST", "/v1/bookends", body, 201)
    await phone.page.reload()
    await stage.sees(phone, "bookend.okay")
    await stage.show(phone, "bookend-running")
    await _back(stage, 50)
    await phone.page.reload()
    await stage.sees(phone, "bookend.due-say")
    await stage.show(phone, "bookend-due")
    await _back(stage, 20)
    for _ in range(2):
        await stage.installation.store.change("UPDATE bookends SET next_at = due_at WHERE next_at IS NOT NULL")
        await phone.page.wait_for_timeout(1_500)
    await phone.page.reload()
    await stage.ready(phone)
    await stage.show(phone, "bookend-missed")
    other = await stage.phone(ana, f"#/bookends/{bookend['id']}")
    await stage.show(other, "bookend-companion")


async def _back(stage: Stage, minutes: int) -> None:
    """Age every bookend by these minutes."""
    await stage.installation.store.change(
        f"UPDATE bookends SET due_at = datetime(due_at, '-{minutes} minutes'), created_at = datetime(created_at, '-{minutes} minutes')"
    )
