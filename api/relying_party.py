"""The site that passkeys belong to."""

from api.context import Context
from core.passkeys import RelyingParty
from rules.errors import PasskeysNotOffered


def relying_party(context: Context) -> RelyingParty:
    """Return the site that passkeys are created for. Raises PasskeysNotOffered."""
    if context.settings.rp_id is None:
        raise PasskeysNotOffered
    apps = dict.fromkeys(app.passkey_origin for app in context.settings.android_apps)
    return RelyingParty(context.settings.rp_id, (context.settings.origin, *apps))
