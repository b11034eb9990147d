"""Passkeys (WebAuthn level 3): what a browser is asked for, and whether what it gives back is genuine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

CHALLENGE_BYTES: Final = 32
"""Random bytes of a challenge."""
RELYING_PARTY_NAME: Final = "Porchlight"


class NotGenuineError(Exception):
    """What came from the browser is not an answer to what it was asked; why is nobody's business."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom a passkey is made for: `id` is the host name, `origin` the only place it may be used at."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A new credential. `synced`: it may be copied to other devices of its owner."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """Which credential signs which challenge for whom, as it says itself; nothing of it is proven yet."""

    credential_id: bytes
    challenge: bytes
    user_handle: bytes


def registration_options(
    party: RelyingParty, challenge: bytes, user_handle: bytes, names: tuple[str, str], known: Sequence[bytes], wait: int
) -> dict[str, Any]:
    """Return what `navigator.credentials.create()` is given. `names`: for signing in, and for reading; `wait` in seconds.

    A passkey names its account by itself and asks for a finger or a code; who made the authenticator is not asked.
    """
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=RELYING_PARTY_NAME,
        user_id=user_handle,
        user_name=names[0],
        user_display_name=names[1],
        challenge=challenge,
        timeout=wait * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
    )
    return options_to_json_dict(options)


def authentication_options(party: RelyingParty, challenge: bytes, wait: int) -> dict[str, Any]:
    """Return what `navigator.credentials.get()` is given: any passkey for this place will do; `wait` in seconds."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=wait * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def challenge_of(credential: Mapping[str, Any]) -> bytes:
    """Return the challenge that a new credential answers, as it says itself. Raises NotGenuineError."""
    try:
        return _challenge(parse_registration_credential_json(dict(credential)).response.client_data_json)
    except Exception as error:
        raise NotGenuineError from error


def assertion_of(credential: Mapping[str, Any]) -> Assertion:
    """Return what a sign-in says of itself. Raises NotGenuineError, also where it does not say whom it is for."""
    try:
        parsed = parse_authentication_credential_json(dict(credential))
        challenge = _challenge(parsed.response.client_data_json)
    except Exception as error:
        raise NotGenuineError from error
    if not parsed.response.user_handle:
        raise NotGenuineError
    return Assertion(parsed.raw_id, challenge, parsed.response.user_handle)


def check_registration(party: RelyingParty, credential: Mapping[str, Any], challenge: bytes) -> Registered:
    """Return the new credential, made here and now by somebody whom the authenticator knows. Raises NotGenuineError."""
    try:
        verified = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:
        # The parsers meet whatever a stranger sends, and raise whatever comes of it.
        raise NotGenuineError from error
    synced = verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    return Registered(verified.credential_id, verified.credential_public_key, verified.sign_count, synced)


def check_assertion(
    party: RelyingParty, credential: Mapping[str, Any], challenge: bytes, public_key: bytes, count: int
) -> int:
    """Return the new sign count of a sign-in that this key has signed here and now; it has to pass `count` unless both are 0.

    Raises NotGenuineError.
    """
    try:
        return verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=count,
            require_user_verification=True,
        ).new_sign_count
    except Exception as error:
        raise NotGenuineError from error


def decode_base64url(text: str) -> bytes:
    """Bytes of base64url."""
    return base64url_to_bytes(text)


def _challenge(client_data: bytes) -> bytes:
    client_fields = parse_client_data_json(client_data)
    if client_fields.cross_origin:
        # The library reads this and asks nothing of it: we stand in nobody's frame.
        raise NotGenuineError
    return client_fields.challenge
