"""Scenes of joining with a passkey, of the second way in, and of the first week."""

from tests.browser.shots.stage import Stage

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1"
GREETINGS = {
    "en": "You sat with me in May. It would mean a lot.",
    "es": "En mayo te quedaste conmigo. Significaría mucho.",
    "de": "Du warst im Mai bei mir. Es würde mir viel bedeuten.",
}


async def _invitation(stage: Stage) -> str:
    maya = await stage.person("Maya")
    body = {"role": "friend", "greeting": stage.own(GREETINGS)}
    invitation = await maya.ask("POST", "/v1/invitations", body, 201)
    return f"#/invitation/{invitation['token']}"


async def joining(stage: Stage) -> None:
    """A helper says yes with a finger, then sees that one finger is all there is."""
    phone = await stage.phone(where="#/sign-in", notifications=False)
    await phone.gets_a_sensor()
    await stage.goes(phone, await _invitation(stage))
    await stage.sees(phone, "new-account.yes")
    await stage.show(phone, "join-passkey")
    await phone.page.get_by_label(stage.say("field.display-name"), exact=True).fill("Ben")
    await stage.press(phone, "new-account.or-passphrase")
    await stage.show(phone, "join-passphrase")
    await stage.press(phone, "new-account.or-passkey")
    await stage.press(phone, "new-account.yes")
    await stage.sees(phone, "notify.ask")
    await stage.press(phone, "join.later")
    await stage.press(phone, "join.later")
    await stage.press(phone, "standing.skip")
    await stage.sees(phone, "join.done")
    await stage.press(phone, "join.done")
    await stage.sees(phone, "second-way.head")
    await stage.show(phone, "helper-one-way-in")
    for page in ("passphrase", "passkeys", "delete"):
        await stage.goes(phone, f"#/settings/{page}")
        await stage.show(phone, f"{page}-alone")
    await stage.goes(phone, "#/settings/passphrase")
    await stage.press(phone, "passphrase.continue")
    await stage.sees(phone, "second-way.codes-say")
    await stage.show(phone, "second-way")


async def on_an_iphone(stage: Stage) -> None:
    """An iPhone's browser cannot notify: the Home Screen, or a number."""
    phone = await stage.phone(where="#/sign-in", notifications=False, user_agent=IPHONE)
    await phone.page.add_init_script("delete self.PushManager; delete self.Notification")
    await phone.gets_a_sensor()
    await phone.page.reload()
    await stage.goes(phone, await _invitation(stage))
    await phone.page.get_by_label(stage.say("field.display-name"), exact=True).fill("Ben")
    await stage.press(phone, "new-account.yes")
    await stage.sees(phone, "add.why")
    await stage.show(phone, "join-home-screen")
    await stage.press(phone, "join.number-instead")
    await stage.sees(phone, "join.number", name="Maya")
    await stage.show(phone, "join-number")


async def first_week(stage: Stage) -> None:
    phone = await stage.phone(where="#/sign-in")
    await phone.gets_a_sensor()
    await stage.goes(phone, "#/create-account")
    await stage.sees(phone, "new-account.passkey")
    await stage.show(phone, "create-account-passkey")
    await phone.page.get_by_label(stage.say("field.display-name"), exact=True).fill("Maya")
    await stage.press(phone, "new-account.passkey")
    await stage.sees(phone, "first-week.row")
    await stage.show(phone, "home-first-week")
    await stage.goes(phone, "#/first-week")
    await stage.sees(phone, "first-week-say.people")
    await stage.show(phone, "first-week")
    await stage.goes(phone, "#/circle")
    await stage.press(phone, "invite.head")
    await stage.sees(phone, "invite.greeting-hint")
    await stage.show(phone, "invite-greeting")
