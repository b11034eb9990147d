"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

# The Celery app comes first, so that tasks are sent through it.
from benchmarks.peers.django_celery import celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.django_celery.settings")
celery.app.set_default()
application = get_wsgi_application()
