"""Listing reflections: order, pages, and that nobody else sees them."""

from tests.world.world import World


async def test_reflections_are_listed_only_for_their_author(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    assert await maya.get("/v1/reflections") == {"items": [], "next": None}
    kept = []
    for ratings in ({"seen": 3, "safe": 0}, {}, {"soothed": 2}):
        pressed = await maya.press()
        await sponsor.answer("calling")
        await maya.close()
        await maya.post(f"/v1/reach-outs/{pressed['id']}/reflection", ratings)
        kept.append({"seen": None, "safe": None, "soothed": None, **ratings, "reach_out_id": pressed["id"]})
        await world.forward(3600)
    first = await maya.get("/v1/reflections?limit=2")
    rest = await maya.get(f"/v1/reflections?limit=2&cursor={first['next']}")
    assert rest["next"] is None
    reflections = first["items"] + rest["items"]
    assert [{name: reflection[name] for name in kept[0]} for reflection in reflections] == kept[::-1]
    assert all(reflection["pressed_at"] <= reflection["created_at"] for reflection in reflections)
    # A second reflection on a reach-out replaces the first.
    await maya.post(f"/v1/reach-outs/{kept[0]['reach_out_id']}/reflection", {"seen": 1})
    again = (await maya.get("/v1/reflections"))["items"]
    assert [reflection["seen"] for reflection in again] == [None, None, 1]
    assert (await sponsor.get("/v1/reflections"))["items"] == []
    nobody = await world.here.http.get("/v1/reflections")
    assert nobody.status_code == 401
    for wrong in ("limit=0", "cursor=x"):
        await maya.get(f"/v1/reflections?{wrong}", expect=422)
