"""Devices: one per address; refreshed, retired, tested; and endpoints that the server must not call."""

import asyncio
import secrets

import pytest
from sqlalchemy import select

from models import Delivery
from notifications.transports.protocol import DeadAddress
from tests.world.person import ENDPOINT, KEYS
from tests.world.world import World

DAY = 86_400
WEBPUSH = {"kind": "webpush", "endpoint": ENDPOINT + "one", "keys": KEYS}


@pytest.mark.parametrize("kind", ["fcm", "webpush"])
async def test_registering_the_same_address_again_gives_the_same_device(world: World, kind: str) -> None:
    maya = await world.person("Maya")
    first = await maya.device(kind, label="Kitchen phone")
    assert (first["kind"], first["label"], first["disabled_at"], first["last_receipt_at"]) == (
        kind,
        "Kitchen phone",
        None,
        None,
    )
    address = (
        {"token": maya.devices[first["id"]]} if kind == "fcm" else {"endpoint": maya.devices[first["id"]], "keys": KEYS}
    )
    again = await maya.post("/v1/devices", {"kind": kind, **address}, expect=200)
    assert (again["id"], again["label"]) == (first["id"], "Kitchen phone")
    assert len((await maya.get("/v1/devices"))["items"]) == 1


async def test_an_address_moves_to_the_person_who_registers_it_last(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [where] = sponsor.devices.values()
    ben = await world.person("Ben")
    await ben.device(address=where)
    assert [row["disabled_reason"] for row in (await sponsor.get("/v1/devices"))["items"]] == ["moved"]
    await maya.press()
    assert await ben.pushed() == []
    assert await maya.sees_state(sponsor) == "unreachable"


async def test_a_refreshed_token_replaces_the_old_one(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [device] = sponsor.devices
    await sponsor.put(f"/v1/devices/{device}", {"kind": "fcm", "token": "fresh", "label": "New"}, expect=200)
    sponsor.devices[device] = "fresh"
    await maya.press()
    assert [sending.where for sending in await sponsor.pushes()] == ["fresh"]
    assert [row["label"] for row in (await sponsor.get("/v1/devices"))["items"]] == ["New"]
    for other in ({"kind": "webpush", "endpoint": ENDPOINT + "x", "keys": KEYS},):
        await sponsor.put(f"/v1/devices/{device}", other, expect=404)
    await maya.put(f"/v1/devices/{device}", {"kind": "fcm", "token": "stolen"}, expect=404)
    await sponsor.delete(f"/v1/devices/{device}")
    gone = await sponsor.put(f"/v1/devices/{device}", {"kind": "fcm", "token": "later"}, expect=409)
    assert gone["type"] == "/problems/device-retired"


async def test_a_person_has_at_most_20_devices(world: World) -> None:
    maya = await world.person("Maya")
    devices = [await maya.device() for _ in range(20)]
    refused = await maya.post("/v1/devices", {"kind": "fcm", "token": "one more"[:3]}, expect=409)
    assert refused["type"] == "/problems/too-many-devices"
    await maya.delete(f"/v1/devices/{devices[0]['id']}")
    await maya.device()


async def test_a_retired_device_is_listed_for_30_days_and_comes_back_with_its_id(world: World) -> None:
    maya = await world.person("Maya")
    device = await maya.device()
    await maya.delete(f"/v1/devices/{device['id']}")
    await maya.delete(f"/v1/devices/{device['id']}")
    [listed] = (await maya.get("/v1/devices"))["items"]
    assert (listed["id"], listed["disabled_reason"]) == (device["id"], "removed")
    assert listed["disabled_at"]
    await world.forward(30 * DAY)
    assert (await maya.get("/v1/devices"))["items"] == []
    back = await maya.device(address=maya.devices[device["id"]])
    assert (back["id"], back["disabled_at"]) == (device["id"], None)


async def test_a_test_push_is_sent_and_creates_no_notice(world: World) -> None:
    maya = await world.person("Maya", language="de")
    device = await maya.device("webpush")
    test = await maya.post(f"/v1/devices/{device['id']}/test", expect=200)
    assert test == device | {"delivery_id": test["delivery_id"]}, "the device, and which push it is to wait for"
    [pushed] = await maya.pushes()
    assert (pushed.kind, str(pushed.push.delivery_id), pushed.push.body) == (
        "test",
        test["delivery_id"],
        "Ein Licht ist angegangen.",
    )
    assert pushed.push.data["v"] == "1"
    assert await maya.inbox() == []
    await maya.post("/v1/receipts", {"delivery_id": test["delivery_id"], "event": "delivered"}, expect=201)
    assert (await maya.get("/v1/devices"))["items"][0]["last_receipt_at"]
    stranger = await world.person()
    await stranger.post(f"/v1/devices/{device['id']}/test", expect=404)
    await stranger.post("/v1/receipts", {"delivery_id": test["delivery_id"], "event": "delivered"}, expect=404)


async def test_a_test_push_to_a_dead_address_retires_the_device(world: World) -> None:
    maya = await world.person("Maya")
    device = await maya.device()
    world.transport.answer(maya.devices[device["id"]], DeadAddress("unregistered"))
    await maya.post(f"/v1/devices/{device['id']}/test")
    await world.settle()
    [listed] = (await maya.get("/v1/devices"))["items"]
    assert listed["disabled_reason"] == "dead"
    gone = await maya.post(f"/v1/devices/{device['id']}/test", expect=409)
    assert gone["type"] == "/problems/device-retired"


FORBIDDEN_ENDPOINTS = [
    "http://updates.push.services.mozilla.com/wpush/v2/x",
    "https://127.0.0.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/x",
    "https://[::1]/x",
    "https://updates.push.services.mozilla.com:8443/x",
    "https://updates.push.services.mozilla.com@evil.example/x",
    "https://updates.push.services.mozilla.com.evil.example/x",
    "https://evil.example/updates.push.services.mozilla.com",
    "https://push.apple.com/x",
    "https://updates.push.services.mozilla.com\\@evil.example/x",
    "file:///etc/passwd",
    "https://updates.push.services.mozilla.com/x#fragment",
    "not an address",
]


async def test_an_endpoint_outside_the_push_services_is_refused(world: World) -> None:
    maya = await world.person("Maya")
    device = await maya.device("webpush")
    for endpoint in FORBIDDEN_ENDPOINTS:
        problem = await maya.post("/v1/devices", WEBPUSH | {"endpoint": endpoint}, expect=422)
        assert problem["type"] == "/problems/endpoint-not-allowed", endpoint
        await maya.put(f"/v1/devices/{device['id']}", WEBPUSH | {"endpoint": endpoint}, expect=422)
    assert await world.count("devices") == 1


MALFORMED: list[object] = [
    WEBPUSH | {"keys": KEYS | {"p256dh": "AAAA"}},
    WEBPUSH | {"keys": KEYS | {"p256dh": "!" * 87}},
    WEBPUSH | {"keys": KEYS | {"p256dh": "A" * 87}},
    WEBPUSH | {"keys": KEYS | {"auth": ""}},
    WEBPUSH | {"keys": KEYS | {"auth": "AAAA"}},
    WEBPUSH | {"keys": {}},
    WEBPUSH | {"keys": None},
    {"kind": "webpush"},
    {"kind": "fcm"},
    {"kind": "fcm", "token": ""},
    {"kind": "fcm", "token": "with space"},
    {"kind": "fcm", "token": "x" * 4097},
    {"kind": "fcm", "token": "t", "label": "\u202e"},
    {"kind": "pigeon", "token": "t"},
    {"token": "t"},
    [],
    "text",
    None,
]


async def test_a_malformed_device_is_refused(world: World) -> None:
    maya = await world.person("Maya")
    for body in MALFORMED:
        problem = await maya.post("/v1/devices", body, expect=422)
        assert problem["type"] == "/problems/invalid", body
        assert problem["errors"], body
    assert await world.count("devices") == 0


async def test_a_webpush_key_off_the_curve_is_refused(world: World) -> None:
    maya = await world.person("Maya")
    off = "B" + "A" * 86
    await maya.post("/v1/devices", WEBPUSH | {"keys": KEYS | {"p256dh": off}}, expect=422)


async def test_concurrent_registrations_of_an_address_leave_one_live_device(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    address = secrets.token_hex(8)
    await asyncio.gather(*(person.device(address=address) for person in (maya, ana, maya, ana)))
    live = [
        row["id"]
        for person in (maya, ana)
        for row in (await person.get("/v1/devices"))["items"]
        if row["disabled_at"] is None
    ]
    assert len(live) == 1


async def test_removing_a_device_cancels_its_pending_deliveries(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    await sponsor.delete(f"/v1/devices/{next(iter(sponsor.devices))}")
    states = await world.rows(select(Delivery.state).where(Delivery.round == 1, Delivery.attempt == 0))
    assert {row.state for row in states} == {"cancelled"}
    assert await maya.sees_state(sponsor) == "unreachable"
