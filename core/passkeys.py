"""Passkeys (WebAuthn level 3): creates the options for browsers, and verifies their responses."""

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
    """The browser's response does not prove what was asked for; the reason is not disclosed."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys belong to: `id` is its host name, `origins` those that may use them: its own, and its apps'."""

    id: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registered:
    """A new, verified credential. `synced`: it may be copied to its owner's other devices."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """A sign-in's own claim of credential, challenge and user, not verified yet."""

    credential_id: bytes
    challenge: bytes
    user_handle: bytes


def registration_options(
    party: RelyingParty, challenge: bytes, user_handle: bytes, names: tuple[str, str], known: Sequence[bytes], wait: int
) -> dict[str, Any]:
    """Return the options for `navigator.credentials.create()`. `names`: sign-in name and display name; `wait` in seconds.

    The passkey is discoverable and requires user verification (a fingerprint or a code); no attestation is requested.
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


def authentication_options(
    party: RelyingParty, challenge: bytes, wait: int, allowed: Sequence[bytes] = ()
) -> dict[str, Any]:
    """Return the options for `navigator.credentials.get()`; `wait` in seconds.

    `allowed`: the credential ids that may answer; with none, any passkey of this site is accepted.
    """
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=wait * 1000,
        allow_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def unverified_challenge(credential: Mapping[str, Any]) -> bytes:
    """Return the challenge that a new credential claims to answer. Raises NotGenuineError."""
    try:
        return _challenge(parse_registration_credential_json(dict(credential)).response.client_data_json)
    except Exception as error:
        raise NotGenuineError from error


def unverified_assertion(credential: Mapping[str, Any]) -> Assertion:
    """Return the claims of a sign-in. Raises NotGenuineError, also when it names no user."""
    try:
        parsed = parse_authentication_credential_json(dict(credential))
        challenge = _challenge(parsed.response.client_data_json)
    except Exception as error:
        raise NotGenuineError from error
    if not parsed.response.user_handle:
        raise NotGenuineError
    return Assertion(parsed.raw_id, challenge, parsed.response.user_handle)


def check_registration(party: RelyingParty, credential: Mapping[str, Any], challenge: bytes) -> Registered:
    """Verify a registration, including user verification, and return the credential. Raises NotGenuineError."""
    try:
        verified = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
    except Exception as error:
        # The parsers receive arbitrary input and raise many kinds of errors.
        raise NotGenuineError from error
    synced = verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    return Registered(verified.credential_id, verified.credential_public_key, verified.sign_count, synced)


def check_assertion(
    party: RelyingParty, credential: Mapping[str, Any], challenge: bytes, public_key: bytes, count: int
) -> int:
    """Verify a sign-in against this key and return its sign count, which must exceed `count` unless both are 0.

    Raises NotGenuineError.
    """
    try:
        return verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=public_key,
            credential_current_sign_count=count,
            require_user_verification=True,
        ).new_sign_count
    except Exception as error:
        raise NotGenuineError from error


def decode_base64url(text: str) -> bytes:
    """Decode base64url text."""
    return base64url_to_bytes(text)


def _challenge(client_data: bytes) -> bytes:
    client_fields = parse_client_data_json(client_data)
    if client_fields.cross_origin:
        # The library parses this field but does not check it: the app is never embedded in another site's frame.
        raise NotGenuineError
    return client_fields.challenge
