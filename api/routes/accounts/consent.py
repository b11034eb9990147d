"""What the caller has agreed to: the privacy page, by its version."""

from fastapi import APIRouter

from api.dependencies import Writing, WritingCaller
from api.problems import problems
from api.routes.accounts.me import MeOut, profile_out
from api.schemas.common import Body, ConsentVersion
from rules.accounts import consent
from rules.errors import ConsentUnknown

router = APIRouter(tags=["me"])


class ConsentGiven(Body, title="Consent"):
    """`version`: the `consent_version` of /v1/config that I was shown."""

    __qualname__ = "Consent"  # its name in OpenAPI

    version: ConsentVersion


@router.put(
    "/v1/me/consent",
    summary="Give my consent to the privacy page",
    responses=problems(ConsentUnknown),
    operation_id="set_consent",
)
async def give_consent(body: ConsentGiven, unit: Writing, who: WritingCaller) -> MeOut:
    """Store which version I agree to, and when. To take it back, delete the account."""
    return await profile_out(unit, await consent.give_consent(unit, who, body.version), who)
