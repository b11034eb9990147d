"""Schemas of passkeys: options and credentials are WebAuthn's own JSON."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

CredentialId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,1364}$")]
Encoded = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+={0,2}$", max_length=16384)]


class WebAuthnJson(BaseModel):
    """A structure under WebAuthn's own names. Fields that a newer browser adds are accepted and ignored."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, validate_by_name=True)


class Party(WebAuthnJson):
    id: str
    name: str


class User(WebAuthnJson):
    id: str
    name: str
    display_name: str


class Parameters(WebAuthnJson):
    type: Literal["public-key"]
    alg: int


class Descriptor(WebAuthnJson):
    type: Literal["public-key"]
    id: str


class Selection(WebAuthnJson):
    resident_key: Literal["required"]
    require_resident_key: bool
    user_verification: Literal["required"]


class CreationOptions(WebAuthnJson):
    """For `PublicKeyCredential.parseCreationOptionsFromJSON`; the challenge is good for 5 minutes, and once."""

    rp: Party
    user: User
    challenge: str
    pub_key_cred_params: list[Parameters]
    timeout: int
    exclude_credentials: list[Descriptor]
    authenticator_selection: Selection
    attestation: Literal["none"]


class RequestOptions(WebAuthnJson):
    """For `PublicKeyCredential.parseRequestOptionsFromJSON`; the challenge is good for 5 minutes, and once."""

    challenge: str
    timeout: int
    rp_id: str
    allow_credentials: list[Descriptor]
    user_verification: Literal["required"]


class Attestation(WebAuthnJson):
    client_data: Annotated[Encoded, Field(alias="clientDataJSON")]
    attestation_object: Encoded


class Registration(WebAuthnJson):
    """What `navigator.credentials.create()` gave, by its `toJSON()`."""

    id: CredentialId
    raw_id: CredentialId
    type: Literal["public-key"]
    response: Attestation


class Signature(WebAuthnJson):
    client_data: Annotated[Encoded, Field(alias="clientDataJSON")]
    authenticator_data: Encoded
    signature: Encoded
    user_handle: Encoded | None = None


class SignedChallenge(WebAuthnJson):
    """What `navigator.credentials.get()` gave, by its `toJSON()`."""

    id: CredentialId
    raw_id: CredentialId
    type: Literal["public-key"]
    response: Signature


def credential_json(credential: WebAuthnJson) -> dict[str, Any]:
    """Return a credential under WebAuthn's own names, as `core.passkeys` reads it."""
    return credential.model_dump(mode="json", by_alias=True, exclude_none=True)
