"""The page of one person: words both ways, a check-in with its answer, a talk, a helper's side, three words, nothing yet."""

from tests.browser.shots.reaching_out import NOTES
from tests.browser.shots.stage import Stage


async def person(stage: Stage) -> None:
    """Play the page from both sides."""
    maya, ben = await stage.person("Maya"), await stage.person("Ben")
    membership = await stage.join(maya, ben, "sponsor")
    phone = await stage.phone(maya, f"#/people/{ben.id}")
    await stage.sees(phone, "person.none", name="Ben")
    await stage.show(phone, "person-none")
    reach_out = await maya.press()
    await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    body = {"feeling": 1, "halt": ["tired"], "note": stage.own(NOTES), "share_with": [membership]}
    check_in = await maya.ask("POST", "/v1/check-ins", body, 201)
    helper = await stage.phone(ben, f"#/people/{maya.id}")
    await stage.sees(helper, "shared.see")
    await stage.show(helper, "person-helper")
    await ben.ask("POST", f"/v1/check-ins/{check_in['id']}/seen", {"text": stage.say("shared.see")}, 201)
    await ben.ask("POST", f"/v1/threads/{maya.id}/talked", None, 201)
    await ben.ask("POST", "/v1/reach-ins", {"to": maya.id, "text": stage.own(NOTES)}, 201)
    await stage.sees(phone, "person.talked-mark", name="Ben")
    await stage.press(phone, "person.thanks")
    await stage.sees(phone, "undo.button")
    await stage.show(phone, "person-undo")
    await stage.press(phone, "undo.button")
    for _ in range(3):
        await maya.ask("POST", "/v1/reach-ins", {"to": ben.id, "text": stage.say("helper.hello-text")}, 201)
    await stage.sees(phone, "shared.too-soon", name="Ben")
    await stage.show(phone, "person-three-words")
    await stage.press(phone, "circle.more", name="Ben")
    await stage.sees(phone, "member.remove")
    await stage.show(phone, "person-menu")
