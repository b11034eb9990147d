"""The press: everything that it writes in one transaction, then one task for its pushes."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from fcm_django.models import FCMDevice
from rest_framework.exceptions import ValidationError

from benchmarks.peers.django_celery.models import Delivery, Membership, Notice, Person, ReachOut, Recipient
from benchmarks.peers.django_celery.tasks import send_pushes
from benchmarks.peers.shared import LADDER, pass_step


def press(person: Person, need: str, note: str) -> tuple[ReachOut, bool]:
    """Return the open reach-out, and whether this press created it."""
    with transaction.atomic():
        reach_out = (
            ReachOut.objects.filter(person=person, closed_at=None).prefetch_related("recipients__person").first()
        )
        if reach_out is not None:
            return reach_out, False
        reach_out = _create(person, need, note)
        if settings.PEER.hardened:
            transaction.on_commit(lambda: _enqueue(reach_out))
    if not settings.PEER.hardened:
        _enqueue(reach_out)
    return reach_out, True


def _enqueue(reach_out: ReachOut) -> None:
    pass_step("committed")
    send_pushes.delay(reach_out.id)


def _create(person: Person, need: str, note: str) -> ReachOut:
    circle = list(
        Membership.objects.filter(owner=person, confirmed_at__isnull=False)
        .select_related("member")
        .order_by("step", "id")
    )
    if not circle:
        raise ValidationError("There is nobody in your circle yet.")
    now = timezone.now()
    reach_out = ReachOut.objects.create(
        person=person, need=need, note=note, ladder=LADDER, created_at=now, due_at=now + timedelta(seconds=LADDER[1])
    )
    recipients = Recipient.objects.bulk_create(
        Recipient(
            reach_out=reach_out,
            person=membership.member,
            membership=membership,
            role=membership.role,
            step=membership.step,
            told_at=now if membership.step == 1 else None,
        )
        for membership in circle
    )
    notices = Notice.objects.bulk_create(
        Notice(recipient=recipient.person, kind="reach_out", sender=person, reach_out=reach_out, created_at=now)
        for recipient in recipients
        if recipient.told_at is not None
    )
    notice_of = {notice.recipient_id: notice for notice in notices}
    Delivery.objects.bulk_create(
        Delivery(notice=notice_of[device.user_id], device=device, created_at=now)
        for device in FCMDevice.objects.filter(user_id__in=notice_of, active=True)
    )
    # So that the reply needs no further query.
    reach_out._prefetched_objects_cache = {"recipients": recipients}  # noqa: SLF001
    return reach_out
