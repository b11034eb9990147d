"""What a client has to know before anybody signs in."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import Services
from models.enums import ChannelKind
from rules.accounts.consent import CONSENT_VERSION
from rules.languages import LANGUAGES

router = APIRouter(tags=["config"])


class ConfigOut(BaseModel):
    """`passkeys`: this address has a host name that they can be made for; an IP address is none.

    `fcm` says whether native apps can be pushed; `webpush_public_key` is the VAPID key for browsers.

    `calm`: `POST /v1/reach-outs` knows `calm`. An older server ignores it and alarms everybody, so an app never sends it without this.

    `channels` are the kinds of channel that the operator has set up.

    `source_url` is the address of this server's source code, null when the operator has not named one. An app shows it to
    the people who use the server (AGPL-3.0, section 13).

    `consent_version`: the version of the privacy page that holds today, a date.
    """

    registration: Literal["open", "invited", "closed"]
    passkeys: bool
    languages: list[str]
    webpush_public_key: str
    fcm: bool
    calm: bool
    channels: list[ChannelKind]
    source_url: str | None
    consent_version: str


@router.get("/v1/config", summary="Read what this place offers", operation_id="read_config")
async def read_config(context: Services) -> ConfigOut:
    """Return what this installation offers. No sign-in is needed."""
    return ConfigOut(
        registration=context.settings.registration.value,
        passkeys=context.settings.rp_id is not None,
        languages=list(LANGUAGES),
        webpush_public_key=context.webpush_public_key,
        fcm=context.fcm,
        calm=True,
        channels=[ChannelKind(kind) for kind in context.settings.channels],
        source_url=context.settings.source_url,
        consent_version=CONSENT_VERSION,
    )
