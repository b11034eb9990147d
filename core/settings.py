"""The settings of one installation, read once from the environment (prefix PORCHLIGHT_)."""

from enum import StrEnum
from functools import cached_property
from ipaddress import ip_address, ip_network
from itertools import pairwise
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL

from core import contact
from core.database_address import sqlalchemy_url
from core.places import is_loopback
from core.public_address import public_address
from core.webpush_hosts import DEFAULT_HOSTS
from core.wrapping_apps import AndroidApp, android_apps, ios_apps


class RegistrationPolicy(StrEnum):
    """Who may sign up: anybody, only people with an invitation, or nobody."""

    OPEN = "open"
    INVITED = "invited"
    CLOSED = "closed"


DEFAULT_LADDER = (0, 90, 180, 300)
"""Seconds from the press to each rung, where neither the operator nor the person has chosen others."""
MAX_LADDER_SECONDS = 24 * 60 * 60
ENV_FILE = ".env"
"""In the folder where a command starts."""


class Settings(BaseSettings):
    """One field per setting; .env.example describes them. Raises pydantic's ValidationError for unusable values."""

    model_config = SettingsConfigDict(
        env_prefix="PORCHLIGHT_", env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    public_url: str = "http://localhost:8000"
    data_dir: Path = Path("var")
    database_url: SecretStr | None = None
    fcm_credentials: Path | None = None
    fcm_url: str | None = None
    webpush_key_file: Path | None = None
    master_key_file: Path | None = None
    push_key_file: Path | None = None
    contact: str | None = None
    source_url: str | None = None
    webpush_hosts: Annotated[tuple[str, ...], NoDecode] = DEFAULT_HOSTS
    sms_url: SecretStr | None = None
    email_url: SecretStr | None = None
    ntfy_url: SecretStr | None = None
    call_url: SecretStr | None = None
    heartbeat_url: SecretStr | None = None
    android_apps: Annotated[tuple[AndroidApp, ...], NoDecode] = ()
    ios_apps: Annotated[tuple[str, ...], NoDecode] = ()
    ladder: Annotated[tuple[int, ...], NoDecode] = DEFAULT_LADDER
    log_level: str = "INFO"
    registration: RegistrationPolicy = RegistrationPolicy.OPEN
    metrics_token: SecretStr | None = None
    database_connections: int = Field(default=20, ge=2, le=500)
    retention_days: int = Field(default=90, ge=1, le=3650)
    sign_ups: int = Field(default=30, ge=1, le=1_000_000)
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "::1")

    @field_validator("database_url")
    @classmethod
    def _address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            sqlalchemy_url(value.get_secret_value())
        return value

    @field_validator("ladder", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @field_validator("webpush_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("ladder")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) != 4 or value[0] != 0 or any(b < a for a, b in pairwise(value)):
            raise ValueError("the ladder is four rising numbers of seconds, the first of them 0")
        if value[-1] > MAX_LADDER_SECONDS:
            raise ValueError("the ladder's last rung is within a day: a reach-out that nobody answers ends after one")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _proxies(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(str(ip_network(part)) if "/" in part else str(ip_address(part)) for part in value)
        except ValueError:
            raise ValueError("TRUSTED_PROXIES are addresses or networks, such as 127.0.0.1,172.30.5.0/24") from None

    @field_validator("heartbeat_url")
    @classmethod
    def _whole(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("HEARTBEAT_URL is a whole address that begins with https:// or http://")
        return value

    @field_validator("contact")
    @classmethod
    def _contact(cls, value: str | None) -> str | None:
        return contact.contact_subject(value) if value and value.strip() else None

    @field_validator("source_url")
    @classmethod
    def _source(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        parts = urlsplit(value.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("SOURCE_URL is a whole address that begins with https:// or http://")
        return value.strip()

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        return public_address(value)

    @field_validator("android_apps", mode="before")
    @classmethod
    def _android(cls, value: object) -> object:
        return android_apps(value) if isinstance(value, str) else value

    @field_validator("ios_apps", mode="before")
    @classmethod
    def _ios(cls, value: object) -> object:
        return ios_apps(value) if isinstance(value, str) else value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("LOG_LEVEL is DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @cached_property
    def counts_own_sign_ups(self) -> bool:
        """Whether sign-ups from this machine itself count too: where it serves others, or the operator has set the limit."""
        return "sign_ups" in self.model_fields_set or not is_loopback(urlsplit(self.public_url).hostname or "")

    @cached_property
    def origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @cached_property
    def rp_id(self) -> str | None:
        """The host name that passkeys belong to; None where browsers create none: for an IP address or plain http."""
        host = urlsplit(self.public_url).hostname or ""
        try:
            ip_address(host)
        except ValueError:
            is_local = host == "localhost" or host.endswith(".localhost")
            return host if self.secure or is_local else None
        return None

    @cached_property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    @cached_property
    def cookie_name(self) -> str:
        # The __Host- prefix pins the cookie to this host and to https (RFC 6265bis, 4.1.3.2); it does not exist for http.
        return "__Host-porchlight" if self.secure else "porchlight"

    @cached_property
    def master_key_path(self) -> Path:
        return self.master_key_file or self.data_dir / "keys" / "master.key"

    @cached_property
    def push_key_path(self) -> Path:
        return self.push_key_file or self.data_dir / "keys" / "push.key"

    @cached_property
    def push_contact(self) -> str | None:
        """The contact for push services: the configured one, else the public URL; None when neither can be used."""
        return self.contact or contact.site_subject(self.public_url)

    @cached_property
    def webpush_key_path(self) -> Path:
        return self.webpush_key_file or self.data_dir / "keys" / "webpush.pem"

    @property
    def channels(self) -> dict[str, str]:
        """The gateway URLs that the operator has configured, by kind of channel (sms, email, ntfy, call)."""
        urls = {"sms": self.sms_url, "email": self.email_url, "ntfy": self.ntfy_url, "call": self.call_url}
        return {kind: url.get_secret_value() for kind, url in urls.items() if url}

    @cached_property
    def sqlalchemy_url(self) -> str:
        """The database's URL with the driver that SQLAlchemy should use."""
        if self.database_url is None:
            file = str(self.data_dir / "porchlight.db")
            # A folder's name may hold what has a meaning in an address.
            return URL.create("sqlite+aiosqlite", database=file).render_as_string(hide_password=False)
        return sqlalchemy_url(self.database_url.get_secret_value())
