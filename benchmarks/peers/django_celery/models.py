"""The tables: people, their circles, reach-outs with recipients, notices and deliveries."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from fcm_django.models import FCMDevice


class Person(AbstractBaseUser):
    sign_in_name = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64)
    contact = models.CharField(max_length=64, blank=True)
    time_zone = models.CharField(max_length=64, default="Europe/Berlin")
    region = models.CharField(max_length=2, default="US")
    language = models.CharField(max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "sign_in_name"
    objects = BaseUserManager()

    class Meta:
        db_table = "people"


class Membership(models.Model):
    owner = models.ForeignKey(Person, models.CASCADE, related_name="circle")
    member = models.ForeignKey(Person, models.CASCADE, related_name="supporting")
    role = models.CharField(max_length=16)
    step = models.SmallIntegerField()
    accepted_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "memberships"
        constraints = [models.UniqueConstraint(fields=["owner", "member"], name="one_membership")]


class ReachOut(models.Model):
    person = models.ForeignKey(Person, models.CASCADE)
    state = models.CharField(max_length=16, default="waiting")
    need = models.CharField(max_length=16, blank=True)
    note = models.CharField(max_length=500, blank=True)
    ladder = models.JSONField()
    rung = models.SmallIntegerField(default=1)
    round = models.SmallIntegerField(default=1)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reach_outs"
        constraints = [models.UniqueConstraint(fields=["person"], condition=Q(closed_at=None), name="one_open")]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="reach_outs_due")]


class Recipient(models.Model):
    reach_out = models.ForeignKey(ReachOut, models.CASCADE, related_name="recipients")
    person = models.ForeignKey(Person, models.CASCADE)
    membership = models.ForeignKey(Membership, models.CASCADE)
    role = models.CharField(max_length=16)
    step = models.SmallIntegerField()
    told_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "recipients"
        constraints = [models.UniqueConstraint(fields=["reach_out", "person"], name="one_recipient")]


class Notice(models.Model):
    recipient = models.ForeignKey(Person, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=16)
    sender = models.ForeignKey(Person, models.CASCADE, related_name="+")
    reach_out = models.ForeignKey(ReachOut, models.CASCADE)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices"
        indexes = [models.Index(fields=["recipient", "-id"], condition=Q(dismissed_at=None), name="inbox")]


class Delivery(models.Model):
    notice = models.ForeignKey(Notice, models.CASCADE)
    device = models.ForeignKey(FCMDevice, models.CASCADE)
    round = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=16, default="pending")
    attempt = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "deliveries"
        constraints = [models.UniqueConstraint(fields=["notice", "device", "round"], name="one_delivery")]
