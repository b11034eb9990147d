"""Creates thousands of people with circles and devices, encrypted as by the service itself."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.environment import connect
from core.encryption import Keyring
from core.ids import new_id
from rules.access import token_hash

ROLES = ("sponsor", "friend", "partner", "family", "fellow")


@dataclass(slots=True)
class People:
    """The people of a benchmark. `tokens` are the owners' session tokens, in the order of `owners`.

    `devices` are the addresses of the members' devices, circle by circle in the same order.
    """

    owners: list[UUID] = field(default_factory=list)
    members: list[UUID] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    member_tokens: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)


async def create_people(
    address: str,
    keyring: Keyring,
    owners: int,
    members_each: int = 5,
    devices_each: int = 1,
    *,
    first_step: int = 4,
    members_signed_in: bool = False,
) -> People:
    """Create `owners` signed-in people, each with a circle of other people who have FCM devices.

    `first_step`: number of members per circle who are told at the press; the others are told a rung later.
    """
    people = People()
    now = datetime.now(UTC)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("people", "sessions", "memberships", "devices")}
    for _ in range(owners):
        owner = add_person(rows, keyring, now)
        people.owners.append(owner)
        people.tokens.append(add_session(rows, owner, now))
        for place in range(members_each):
            member = add_person(rows, keyring, now)
            people.members.append(member)
            rows["memberships"].append(membership_row(owner, member, place, 1 if place < first_step else 2, now))
            if members_signed_in:
                people.member_tokens.append(add_session(rows, member, now))
            for _ in range(devices_each):
                # As long as a real registration token.
                people.devices.append(secrets.token_urlsafe(106))
                data_key = rows["people"][-1]["data_key"]
                rows["devices"].append(_device(keyring, member, data_key, people.devices[-1], now))
    async with connect(address) as connection:
        for table, records in rows.items():
            if records:
                await connection.copy_records_to_table(
                    table, columns=list(records[0]), records=[tuple(record.values()) for record in records]
                )
        await connection.execute("VACUUM ANALYZE")
    return people


def add_person(rows: dict[str, list[dict[str, Any]]], keyring: Keyring, now: datetime) -> UUID:
    person_id = new_id(now)
    data_key = keyring.new_data_key(person_id)
    vault = keyring.vault(person_id, data_key)
    rows["people"].append(
        {
            "id": person_id,
            "sign_in_name_hash": secrets.token_bytes(32),
            "sign_in_name": vault.seal("people.sign_in_name", person_id, f"person.{person_id.hex[:12]}"),
            "display_name": vault.seal("people.display_name", person_id, f"Person {person_id.hex[:6]}"),
            "passphrase_hash": "none",
            "data_key": data_key,
            "contact": vault.seal("people.contact", person_id, "+15550100"),
            "time_zone": "Europe/Berlin",
            "region": "US",
            "language": "en",
            "wake_me": False,
            "created_at": now,
        }
    )
    return person_id


def add_session(rows: dict[str, list[dict[str, Any]]], person: UUID, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    rows["sessions"].append(
        {
            "id": new_id(now),
            "person_id": person,
            "token_hash": token_hash(token),
            "carrier": "token",
            "created_at": now,
            "used_at": now,
            "expires_at": now + timedelta(days=180),
            "proven_at": now,
        }
    )
    return token


def membership_row(owner: UUID, member: UUID, place: int, step: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(now),
        "owner_id": owner,
        "member_id": member,
        "role": ROLES[place % len(ROLES)],
        "step": step,
        "accepted_at": now,
        "confirmed_at": now,
    }


def _device(keyring: Keyring, person: UUID, data_key: bytes, token: str, now: datetime) -> dict[str, Any]:
    device_id = new_id(now)
    address = json.dumps({"token": token})
    return {
        "id": device_id,
        "person_id": person,
        "kind": "fcm",
        "address_hash": secrets.token_bytes(32),
        "address": keyring.vault(person, data_key).seal("devices.address", device_id, address),
        "created_at": now,
    }
