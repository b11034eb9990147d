"""The builds that a team would make instead, to measure against: Django REST + Celery, and FastAPI + procrastinate.

Each is written as such a team writes it, with what its libraries' pages advise, and runs in an environment of its own
(`make peers`). They share the files here whose names say so, and nothing with Porchlight.
"""
