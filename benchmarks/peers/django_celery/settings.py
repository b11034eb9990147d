"""Django's settings, for an API without pages."""

from urllib.parse import urlsplit

from benchmarks.peers.shared import PeerSettings

PEER = PeerSettings.from_environment()
_database = urlsplit(PEER.database_url)

SECRET_KEY = "only-for-a-benchmark"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "benchmarks.peers.django_celery.urls"
WSGI_APPLICATION = "benchmarks.peers.django_celery.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "circle.Person"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rest_framework",
    "rest_framework.authtoken",
    "fcm_django",
    "benchmarks.peers.django_celery.apps.CircleConfig",
]
# All tables are made at once from the models: these people have no earlier release to migrate from.
MIGRATION_MODULES: dict[str, None] = dict.fromkeys(["contenttypes", "auth", "authtoken", "fcm_django"])
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.path[1:],
        "HOST": _database.hostname,
        "PORT": _database.port or 5432,
        "USER": _database.username or "",
        "PASSWORD": _database.password or "",
        "CONN_MAX_AGE": None,  # each thread keeps its connection
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["benchmarks.peers.django_celery.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
LOGGING_CONFIG = None

CELERY_BROKER_URL = PEER.redis_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"global_keyprefix": PEER.redis_prefix}
if PEER.hardened:
    CELERY_TASK_ACKS_LATE = True
    CELERY_TASK_REJECT_ON_WORKER_LOST = True
    CELERY_WORKER_PREFETCH_MULTIPLIER = 1
    # After so many seconds Redis gives what a lost worker had taken to another; an hour by default.
    CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] = 30
