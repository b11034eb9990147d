"""The Celery task that sends the pushes of one press through fcm-django and records what came of them."""

from celery import Task, shared_task
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from fcm_django.models import FCMDevice
from firebase_admin.exceptions import FirebaseError

from benchmarks.peers.django_celery.models import Delivery
from benchmarks.peers.shared import pass_step
from benchmarks.peers.shared_firebase import open_firebase, reach_out_message

_firebase: list[bool] = []


@shared_task(bind=True, max_retries=5)
def send_pushes(self: Task, reach_out_id: int) -> None:
    """Send what is still pending: a second run after a lost worker repeats nothing that is recorded."""
    pass_step("claimed")
    pending = list(
        Delivery.objects.filter(notice__reach_out_id=reach_out_id, state="pending", notice__reach_out__closed_at=None)
        .select_related("device", "notice__sender")
        .order_by("id")
    )
    if not pending:
        return
    states = _send(pending, reach_out_id)
    pass_step("sent")
    for state in set(states.values()):
        ids = [delivery_id for delivery_id, reached in states.items() if reached == state]
        sent_at = timezone.now() if state == "sent" else None
        Delivery.objects.filter(id__in=ids).update(state=state, sent_at=sent_at, attempt=F("attempt") + 1)
    if "pending" in states.values():
        raise self.retry(countdown=2**self.request.retries)


def _send(pending: list[Delivery], reach_out_id: int) -> dict[int, str]:
    """Return the state that each delivery is in now: sent, dead, or still pending."""
    if not _firebase:
        # In the process that sends, not in the one that forks it.
        _firebase.append(open_firebase(settings.PEER))
    if not _firebase[0]:
        return {delivery.id: "sent" for delivery in pending}
    message = reach_out_message(pending[0].notice.sender.display_name, reach_out_id)
    by_token = {delivery.device.registration_id: delivery.id for delivery in pending}
    try:
        outcome = FCMDevice.objects.send_message(
            message, skip_registration_id_lookup=True, additional_registration_ids=list(by_token)
        )
    except FirebaseError:
        return dict.fromkeys(by_token.values(), "pending")
    gone = set(outcome.deactivated_registration_ids)
    return {
        by_token[token]: "sent" if answer.success else "dead" if token in gone else "pending"
        for token, answer in zip(outcome.registration_ids_sent, outcome.response.responses, strict=True)
    }
