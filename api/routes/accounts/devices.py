"""The caller's phones and browsers: where a push can reach them."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Services, Writing, WritingCaller, fingerprint_of
from api.problems import or_existing, problems
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Label, Limit, Page, page
from core.errors import KeysUnavailable
from models import Device
from models.enums import DeviceKind, Platform
from rules import idempotency
from rules.access import Caller
from rules.accounts import devices
from rules.circle.night import platform_of
from rules.circle.ways import MAX_REFUSALS
from rules.errors import DeviceRetired, EndpointNotAllowed, KeyReused, NotFound, TooMany, TooManyDevices

router = APIRouter(prefix="/v1/devices", tags=["devices"])

POINT_BYTES = 65
SECRET_BYTES = 16


def _check_key_bytes(text: str, length: int) -> str:
    try:
        data = base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != length or (length == POINT_BYTES and not _on_the_curve(data)):
        raise ValueError(f"must be {length} bytes as base64url, as the browser's getKey() gives them")
    return text


def _on_the_curve(point: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


class Keys(Body):
    """The keys of a push subscription (RFC 8291): an uncompressed P-256 point and a 16-byte secret."""

    p256dh: Annotated[
        str, StringConstraints(max_length=120), AfterValidator(lambda text: _check_key_bytes(text, POINT_BYTES))
    ]
    auth: Annotated[
        str, StringConstraints(max_length=40), AfterValidator(lambda text: _check_key_bytes(text, SECRET_BYTES))
    ]


class FcmDevice(Body):
    kind: Literal[DeviceKind.FCM]
    token: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[!-~]+$")]
    label: Label | None = None

    def address(self) -> dict[str, str]:
        return {"token": self.token}


class WebPushDevice(Body):
    kind: Literal[DeviceKind.WEBPUSH]
    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    keys: Keys
    label: Label | None = None

    def address(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "p256dh": self.keys.p256dh, "auth": self.keys.auth}


NewDevice = Annotated[FcmDevice | WebPushDevice, Field(discriminator="kind")]


class DeviceOut(BaseModel):
    """`last_receipt_at`: when the device itself last said that a push arrived.

    `refused`: it counts as broken, because its last urgent pushes were all refused for good. `platform`: what it is, where its
    registration said so.
    """

    id: UUID
    kind: DeviceKind
    platform: Platform | None
    label: str | None
    created_at: datetime
    last_receipt_at: datetime | None
    refused: bool
    disabled_at: datetime | None
    disabled_reason: str | None


class TestOut(DeviceOut):
    """The device that is being pushed. `delivery_id`: of its push, which its receipt will name."""

    delivery_id: UUID


@router.post(
    "",
    summary="Register a device",
    status_code=201,
    responses=or_existing(DeviceOut, "This address was registered already.")
    | problems(TooManyDevices, EndpointNotAllowed, KeysUnavailable, KeyReused),
    operation_id="register_device",
)
async def register_device(
    body: NewDevice,
    request: Request,
    response: Response,
    unit: Writing,
    who: WritingCaller,
    context: Services,
    *,
    key: IdempotencyHeader,
) -> DeviceOut:
    """Register this phone or browser. The same address again is the same device, so a retry is always safe."""
    device, is_new = await devices.register_device(
        unit,
        who,
        body.kind,
        body.address(),
        body.label,
        context.settings.webpush_hosts,
        platform=platform_of(body.kind, request.headers.get("user-agent")),
    )
    await idempotency.remember_existing(
        unit, fingerprint_of(unit.keyring, who, "POST /v1/devices", key, body), who.person_id, device.id
    )
    response.status_code = 201 if is_new else 200
    return _device_out(device, who)


@router.get("", summary="List my devices", operation_id="list_devices")
async def list_devices(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[DeviceOut]:
    """My devices; retired ones are listed for 30 days."""
    return page(await devices.list_devices(unit, who, limit, cursor), limit, lambda row: _device_out(row, who))


@router.put(
    "/{device_id}",
    summary="Refresh a device's address",
    responses=problems(NotFound, DeviceRetired, EndpointNotAllowed),
    operation_id="refresh_device",
)
async def refresh_device(
    device_id: UUID, body: NewDevice, unit: Writing, who: WritingCaller, context: Services
) -> DeviceOut:
    """Put a refreshed token or subscription in the place of the old one."""
    device = await devices.own_device(unit, who, device_id)
    if device.kind != body.kind:
        raise NotFound
    device = await devices.refresh_device(unit, who, device_id, body.address(), context.settings.webpush_hosts)
    if body.label is not None:
        device.label = who.vault.seal("devices.label", device.id, body.label)
    return _device_out(device, who)


@router.delete(
    "/{device_id}",
    summary="Remove a device",
    status_code=204,
    responses=problems(NotFound),
    operation_id="remove_device",
)
async def remove_device(device_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Stop sending to this device."""
    await devices.remove_device(unit, who, device_id)


@router.post(
    "/{device_id}/test",
    summary="Send a test push to a device",
    responses=problems(NotFound, DeviceRetired, TooMany),
    operation_id="send_test_push",
)
async def send_test(device_id: UUID, unit: Writing, who: WritingCaller) -> TestOut:
    """Send a real push to this device ("A light came on.")."""
    delivery_id = await devices.send_test(unit, who, device_id)
    device = _device_out(await devices.own_device(unit, who, device_id), who)
    return TestOut(**device.model_dump(), delivery_id=delivery_id)


def _device_out(row: Device, who: Caller) -> DeviceOut:
    return DeviceOut(
        id=row.id,
        kind=DeviceKind(row.kind),
        platform=Platform(row.platform) if row.platform else None,
        label=who.vault.open("devices.label", row.id, row.label),
        created_at=row.created_at,
        last_receipt_at=row.last_receipt_at,
        refused=row.disabled_at is None and row.refusals >= MAX_REFUSALS,
        disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason,
    )
