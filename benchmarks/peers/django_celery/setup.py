"""`python -m benchmarks.peers.django_celery.setup --owners N`: creates tables and people, and prints their tokens as JSON.

With `--forget`, removes what the queue holds in Redis instead.
"""

import argparse
import json
import secrets

import django
import redis
from django.core.management import call_command
from django.utils import timezone

from benchmarks.peers.django_celery import celery
from benchmarks.peers.shared import ROLES, PeerSettings

celery.app.set_default()
django.setup()

from fcm_django.models import FCMDevice  # noqa: E402 (models can be imported once Django is set up)
from rest_framework.authtoken.models import Token  # noqa: E402

from benchmarks.peers.django_celery.models import Membership, Person  # noqa: E402


def create_people(owners: int, members_each: int) -> dict[str, list[str]]:
    """Create owners with their circles; return the owners' session tokens and their members' device tokens, in order."""
    now = timezone.now()

    def person(name: str) -> Person:
        return Person(sign_in_name=name, display_name=f"Person {name[-6:]}", contact="+15550100", password="!")

    pressing = Person.objects.bulk_create(person(f"owner.{number:08}") for number in range(owners))
    told = Person.objects.bulk_create(person(f"member.{number:08}") for number in range(owners * members_each))
    tokens = Token.objects.bulk_create(Token(user=owner, key=secrets.token_hex(20)) for owner in pressing)
    Membership.objects.bulk_create(
        Membership(
            owner=pressing[place // members_each],
            member=member,
            role=ROLES[place % members_each % len(ROLES)],
            step=1,
            accepted_at=now,
            confirmed_at=now,
        )
        for place, member in enumerate(told)
    )
    devices = FCMDevice.objects.bulk_create(
        FCMDevice(user=member, registration_id=secrets.token_urlsafe(106), type="android") for member in told
    )
    return {"tokens": [token.key for token in tokens], "devices": [device.registration_id for device in devices]}


def forget(settings: PeerSettings) -> None:
    client = redis.Redis.from_url(settings.redis_url)
    for key in client.scan_iter(f"{settings.redis_prefix}*"):
        client.delete(key)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--owners", type=int, default=0)
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--forget", action="store_true")
    arguments = parser.parse_args()
    if arguments.forget:
        forget(PeerSettings.from_environment())
    else:
        call_command("migrate", run_syncdb=True, verbosity=0)
        print(json.dumps(create_people(arguments.owners, arguments.members)))
