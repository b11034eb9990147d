"""Passkeys in a real browser, with its own virtual authenticator: what the API asks for and takes is what browsers speak."""

import pytest

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

ADD = """async (token) => {
  const ask = (path, body) => fetch(path, {method: 'POST', body: JSON.stringify(body ?? {}),
    headers: {'Content-Type': 'application/json', Authorization: `Bearer ${token}`}}).then((reply) => reply.json())
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await ask('/v1/passkeys/options'))
  const credential = await navigator.credentials.create({publicKey})
  return ask('/v1/passkeys', {credential: credential.toJSON(), label: 'This phone'})
}"""
SIGN_IN = """async () => {
  const ask = (path, body) => fetch(path, {method: 'POST', body: JSON.stringify(body ?? {}),
    headers: {'Content-Type': 'application/json'}}).then((reply) => reply.json())
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await ask('/v1/sessions/passkey/options'))
  const credential = await navigator.credentials.get({publicKey})
  return ask('/v1/sessions/passkey', {credential: credential.toJSON()})
}"""


async def test_a_passkey_is_made_and_signs_in(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.open()
    devtools = await phone.context.new_cdp_session(phone.page)
    await devtools.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    made = await phone.page.evaluate(ADD, noor.token)
    assert made["label"] == "This phone", made
    for _ in range(2):
        opened = await phone.page.evaluate(SIGN_IN)
        assert opened["person"]["id"] == noor.id, opened
    [listed] = (await noor.ask("GET", "/v1/passkeys"))["items"]
    assert listed["last_used_at"]
