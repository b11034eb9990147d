"""The usual team's build: Django REST framework, Celery on Redis, fcm-django, PostgreSQL, gunicorn."""
