"""The profile: merge patches, valid hours, contact numbers."""

from tests.world.world import World

NINE_TO_FIVE = [{"day": 0, "from": "09:00", "to": "17:00"}]


async def test_omitted_fields_stay_and_null_clears(world: World) -> None:
    maya = await world.person("Maya")
    changes = {
        "display_name": "Maya P.",
        "time_zone": "Europe/Berlin",
        "region": "de",
        "language": "de",
        "hours": NINE_TO_FIVE,
        "wake_me": True,
        "contact": "+49 (30) 555-0100",
    }
    changed = await maya.patch("/v1/me", changes)
    assert changed == {**changed, **changes, "region": "DE", "contact": "+49305550100"}
    assert (await maya.patch("/v1/me", {}))["contact"] == "+49305550100"
    emptied = await maya.patch("/v1/me", {"contact": None, "hours": None, "region": None})
    assert (emptied["contact"], emptied["hours"], emptied["region"]) == (None, None, None)
    assert emptied["display_name"] == "Maya P."
    assert await maya.get("/v1/me") == emptied


INVALID_PATCHES: list[object] = [
    {"time_zone": "Mars"},
    {"time_zone": None},
    {"time_zone": ""},
    {"time_zone": "../../etc/passwd"},
    {"time_zone": "localtime"},
    {"time_zone": "Factory"},
    {"time_zone": "posixrules"},
    {"display_name": None},
    {"display_name": ""},
    {"display_name": "\u2067x"},
    {"wake_me": None},
    {"language": ""},
    {"region": ""},
    {"contact": "call me"},
    {"contact": ""},
    {"contact": "999"},
    {"contact": 5},
    {"time_zone": "Etc/Unknown"},
    {"region": "Atlantis"},
    {"region": "\u0131d"},
    {"sign_in_name": "other"},
    {"hours": []},
    {"hours": [{"day": 7, "from": "09:00", "to": "10:00"}]},
    {"hours": [{"day": 0, "from": "10:00", "to": "09:00"}]},
    {"hours": [{"day": 0, "from": "9:00", "to": "10:00"}]},
    {"hours": [{"day": 0, "from": "09:00", "to": "25:00"}]},
    {"hours": [{"day": 0, "from": "09:00"}]},
    {"hours": [*NINE_TO_FIVE, {"day": 0, "from": "16:59", "to": "18:00"}]},
    {"hours": "always"},
    {"hours": [{"day": 0, "from": "09:00", "to": "10:00", "why": "x"}]},
    [],
    None,
    "x",
]


async def test_an_invalid_patch_changes_nothing(world: World) -> None:
    maya = await world.person("Maya")
    before = await maya.get("/v1/me")
    for body in INVALID_PATCHES:
        problem = await maya.patch("/v1/me", body, expect=422)
        assert problem["type"] == "/problems/invalid", body
    assert await maya.get("/v1/me") == before


async def test_a_pasted_number_is_normalized_for_the_persons_region(world: World) -> None:
    maya = await world.person("Maya", region="UK")
    for pasted in (
        "020 7946 0018",
        "+44 (0)20 7946 0018",
        "\u202a+44\u201120\u20117946\u20110018\u202c",
        "tel:+442079460018",
    ):
        assert (await maya.patch("/v1/me", {"contact": pasted}))["contact"] == "+442079460018"
    moved = await maya.patch("/v1/me", {"region": "us", "contact": "202 555 0190"})
    assert (moved["region"], moved["contact"]) == ("US", "+12025550190")
    refused = await maya.patch("/v1/me", {"region": None, "contact": "202 555 0190"}, expect=422)
    [error] = refused["errors"]
    assert (error["at"], "begin with +" in error["says"]) == ("body.contact", True)
    assert (await maya.get("/v1/me"))["contact"] == "+12025550190"


async def test_common_names_of_regions_and_time_zones_are_accepted(world: World) -> None:
    maya = await world.person("Maya")
    for chosen, kept in (("UK", "GB"), ("uk", "GB"), ("EL", "GR"), ("us", "US"), (" gb ", "GB")):
        assert (await maya.patch("/v1/me", {"region": chosen}))["region"] == kept
    for zone in ("US/Pacific", "Asia/Calcutta", "Europe/Kiev"):
        assert (await maya.patch("/v1/me", {"time_zone": zone}))["time_zone"] == zone
    for region in ("UK", "uk", "gb", "GB"):
        assert (await world.here.http.get(f"/v1/helplines?region={region}")).json()["region"] == "GB"
