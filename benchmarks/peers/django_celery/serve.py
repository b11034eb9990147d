"""`python -m benchmarks.peers.django_celery.serve --port P`: gunicorn with one process of ten threads."""

import argparse

from gunicorn.app.wsgiapp import WSGIApplication


class Server(WSGIApplication):
    """gunicorn, configured here. Threads, since its plain processes close every connection after a reply."""

    def __init__(self, port: int) -> None:
        self._port = port
        super().__init__()

    def init(self, _parser: object, _opts: object, _args: object) -> None:
        self.app_uri = "benchmarks.peers.django_celery.wsgi:application"

    def load_config(self) -> None:
        settings = {
            "bind": f"127.0.0.1:{self._port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 10,
            "keepalive": 75,
            "worker_connections": 1000,
            "loglevel": "error",
        }
        self.init(None, None, [])
        for name, value in settings.items():
            self.cfg.set(name, value)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    Server(parser.parse_args().port).run()
