"""The Django app."""

from django.apps import AppConfig


class CircleConfig(AppConfig):
    name = "benchmarks.peers.django_celery"
    label = "circle"
    default_auto_field = "django.db.models.BigAutoField"
