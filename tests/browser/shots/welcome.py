"""Scenes before somebody is signed in."""

from tests.browser.shots.stage import Stage
from tests.faults.people import PASSPHRASE


async def welcome(stage: Stage) -> None:
    phone = await stage.phone()
    await stage.show(phone, "welcome")
    await stage.goes(phone, "#/sign-in")
    await stage.show(phone, "sign-in")
    await phone.page.get_by_label(stage.say("field.sign-in-name"), exact=True).fill("nobody.here")
    await phone.page.get_by_label(stage.say("field.passphrase"), exact=True).fill("not my passphrase")
    await stage.press(phone, "sign-in.button")
    await stage.sees(phone, "problem.wrong-credentials")
    await stage.show(phone, "sign-in-wrong")
    await stage.goes(phone, "#/recover")
    await stage.show(phone, "recover")
    await stage.goes(phone, "#/create-account")
    await stage.show(phone, "create-account")
    phone.sign_in_name = f"maya.{stage.language}.{id(phone):x}"
    await phone.page.get_by_label(stage.say("field.display-name"), exact=True).fill("Maya")
    await phone.page.get_by_label(stage.say("field.sign-in-name"), exact=True).fill(phone.sign_in_name)
    await phone.page.get_by_label(stage.say("field.passphrase"), exact=True).fill(PASSPHRASE)
    await phone.page.get_by_label(stage.say("create-account.adult"), exact=True).check()
    await stage.show(phone, "create-account-filled")
    await stage.press(phone, "create-account.button")
    await stage.sees(phone, "recovery-codes.head")
    await stage.show(phone, "codes")
    await stage.press(phone, "recovery-codes.written-down")
    await stage.sees(phone, "home.empty")
    await stage.show(phone, "home-empty")
    await stage.press(phone, "press.button")
    await stage.sees(phone, "empty-circle.head")
    await stage.show(phone, "nobody")


async def invited(stage: Stage) -> None:
    maya = await stage.person("Maya")
    invitation = await maya.ask("POST", "/v1/invitations", {"role": "sponsor"}, 201)
    invitation_path = f"#/invitation/{invitation['token']}"
    another = await maya.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    stranger = await stage.phone(where=invitation_path)
    await stage.sees(stranger, "new-account.yes-passphrase")
    await stage.show(stranger, "join-outside")
    await stage.press(stranger, "join.not-now")
    await stage.show(stranger, "join-not-now")
    phone = await stage.phone(await stage.person("Ana"), invitation_path)
    await stage.sees(phone, "join.accept")
    await stage.show(phone, "join")
    await stage.press(phone, "join.accept")
    await stage.sees(phone, "join.wake-say")
    await stage.written(phone, "join.wake-hours").click()
    await stage.show(phone, "join-wake")
    await stage.press(phone, "join.later")
    await stage.sees(phone, "standing.say")
    await stage.press(phone, "standing.skip")
    await stage.sees(phone, "join.done")
    await stage.show(phone, "confirmation-words")
    other_path = f"#/invitation/{another['token']}"
    silent = await stage.phone(await stage.person("Ben"), other_path, notifications=False)
    await stage.press(silent, "join.accept")
    await stage.sees(silent, "notify.ask")
    await stage.show(silent, "join-tell")
    await stage.goes(stranger, "#/invitation/gone")
    await stage.show(stranger, "link-broken")
    await stage.goes(stranger, invitation_path)
    await stage.sees(stranger, "problem.invitation-not-valid")
    await stage.show(stranger, "join-gone")
