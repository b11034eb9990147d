"""`python -m benchmarks.peers.django_celery.work`: a Celery worker with one process that runs tasks."""

from benchmarks.peers.django_celery.celery import app

if __name__ == "__main__":
    app.worker_main(["worker", "--concurrency=1", "--loglevel=ERROR", "--without-gossip", "--without-mingle"])
