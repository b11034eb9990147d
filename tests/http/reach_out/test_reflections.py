"""Reflections, read again: whose they are, in what order, in pages, and that they are nobody else's."""

from tests.world.world import World


async def test_what_was_kept_can_be_read_again_by_its_person_alone(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    assert await maya.get("/v1/reflections") == {"items": [], "next": None}
    kept = []
    for felt in ({"seen": 3, "safe": 0}, {}, {"soothed": 2}):
        made = await maya.press()
        await sponsor.answer("calling")
        await maya.close()
        await maya.post(f"/v1/reach-outs/{made['id']}/reflection", felt)
        kept.append({"seen": None, "safe": None, "soothed": None, **felt, "reach_out_id": made["id"]})
        await world.forward(3600)
    first = await maya.get("/v1/reflections?limit=2")
    rest = await maya.get(f"/v1/reflections?limit=2&cursor={first['next']}")
    assert rest["next"] is None
    found = first["items"] + rest["items"]
    assert [{name: one[name] for name in kept[0]} for one in found] == kept[::-1]
    assert all(one["pressed_at"] <= one["created_at"] for one in found)
    # Kept once more, it takes the place of what was kept before.
    await maya.post(f"/v1/reach-outs/{kept[0]['reach_out_id']}/reflection", {"seen": 1})
    again = (await maya.get("/v1/reflections"))["items"]
    assert [one["seen"] for one in again] == [None, None, 1]
    assert (await sponsor.get("/v1/reflections"))["items"] == []
    nobody = await world.here.http.get("/v1/reflections")
    assert nobody.status_code == 401
    for wrong in ("limit=0", "cursor=x"):
        await maya.get(f"/v1/reflections?{wrong}", expect=422)
