"""A plan for a hard hour: made, read, and folded in on a press; how to help, and a helper's standing words."""

from playwright.async_api import expect

from tests.browser.phone import Phone
from tests.browser.shots.stage import Stage
from tests.faults.people import Person

PLANS = {
    "en": {
        "signs": ["I stop answering people", "I walk past the old place"],
        "alone": ["put cold water on my face", "Outside, ten minutes"],
        "places": ["The library, until nine", "Ana's kitchen"],
        "safer": ["Leave the cards with Ana"],
        "reasons": ["Lena's Sunday pancakes"],
        "help_me": "Ask what I had for lunch. Do not ask why. Just stay on the line.",
    },
    "es": {
        "signs": ["dejo de responder a la gente"],
        "alone": ["me echo agua fría en la cara", "salgo diez minutos"],
        "places": ["La biblioteca, hasta las nueve"],
        "safer": ["dejo mis tarjetas a Ana"],
        "reasons": ["Las tortitas de los domingos con Lena"],
        "help_me": "Pregúntame qué comí. No preguntes por qué. Quédate al teléfono.",
    },
    "de": {
        "signs": ["ich niemandem mehr antworte"],
        "alone": ["kaltes Wasser ins Gesicht", "zehn Minuten nach draußen"],
        "places": ["In die Bibliothek, bis neun"],
        "safer": ["meine Karten Ana geben"],
        "reasons": ["Lenas Pfannkuchen am Sonntag"],
        "help_me": "Frag, was es mittags gab. Frag nicht, warum. Bleib einfach am Telefon.",
    },
}
WORDS = {"en": "step outside and call.", "es": "salgo y te llamo.", "de": "gehe ich hinaus und rufe an."}


async def _keeps_a_plan(stage: Stage, maya: Person) -> None:
    circle = (await maya.ask("GET", "/v1/circle"))["items"]
    more = {
        "people": [member["id"] for member in circle[:2]],
        "professionals": [{"name": "Farah", "phone": "+1 202 555 0107"}],
    }
    await maya.ask("PUT", "/v1/me/plan", PLANS[stage.language] | more)


async def _opens(stage: Stage, phone: Phone, step: str) -> None:
    await phone.page.locator("summary").filter(has_text=stage.say(f"plan-step.{step}")).click()


async def plan(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    phone = await stage.phone(maya, "#/settings/plan")
    await stage.sees(phone, "plan.begin")
    await stage.show(phone, "plan-begin")
    await stage.press(phone, "plan.with", name="Ana")
    await stage.show(phone, "plan-begin-together")
    await stage.goes(phone, "#/settings/plan/edit")
    await stage.sees(phone, "plan.edit")
    await _opens(stage, phone, "alone")
    await phone.page.get_by_label(stage.say("plan-choice.alone").split("; ")[0], exact=True).check()
    await stage.show(phone, "plan-edit")
    await _opens(stage, phone, "professionals")
    await phone.page.get_by_label(stage.say("plan.name-label"), exact=True).fill("Farah")
    await phone.page.get_by_label(stage.say("plan.phone-label"), exact=True).fill("12")
    await stage.press(phone, "plan.keep")
    await stage.sees(phone, "plan.wrong-number", name="Farah")
    await stage.show(phone, "plan-edit-wrong-number")
    await _keeps_a_plan(stage, maya)
    fresh = await stage.phone(maya, "#/settings/plan")
    await stage.sees(fresh, "plan.head")
    await stage.show(fresh, "plan")


async def plan_on_a_press(stage: Stage) -> None:
    maya, *_ = await stage.circle()
    await _keeps_a_plan(stage, maya)
    phone = await stage.phone(maya, "#/settings/plan")
    await stage.sees(phone, "plan.head")
    await phone.controlled()
    await maya.press()
    await stage.goes(phone, "#/")
    await stage.sees(phone, "close.mistake")
    await expect(stage.written(phone, "plan.name")).to_be_visible()
    await stage.show(phone, "waiting-plan")
    await phone.page.locator("summary").click()
    await stage.show(phone, "waiting-plan-open")


async def how_to_help(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    await _keeps_a_plan(stage, maya)
    reach_out = await maya.press()
    await ana.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "calling"}, 201)
    phone = await stage.phone(ana, f"#/reach-outs/{reach_out['id']}")
    await stage.sees(phone, "how-to-help.head")
    await stage.show(phone, "how-to-help")


async def standing_words(stage: Stage) -> None:
    maya, ana, *_ = await stage.circle()
    [supported] = (await ana.ask("GET", "/v1/supporting"))["items"]
    await ana.ask("PATCH", f"/v1/supporting/{supported['id']}", {"standing_words": stage.own(WORDS)})
    phone = await stage.phone(maya)
    await stage.sees(phone, "standing.words", words=stage.own(WORDS))
    await stage.show(phone, "home-standing-words")
    await maya.press()
    await stage.sees(phone, "close.mistake")
    await stage.show(phone, "waiting-standing-words")
    invitation = await maya.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    eli = await stage.phone(await stage.person("Eli", wake_me=True), f"#/invitation/{invitation['token']}")
    await stage.press(eli, "join.accept")
    later = eli.page.get_by_role("button", name=stage.say("join.later"), exact=True)
    await expect(later.or_(stage.written(eli, "standing.skip")).first).to_be_visible()
    if await later.count():
        await later.click()
    await stage.sees(eli, "standing.say")
    await stage.show(eli, "join-standing-words")
