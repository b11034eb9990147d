"""What the rules of accounts refuse: sign-up and sign-in, ways in, devices and channels, moving."""

from core.errors import PorchlightError


class NotSignedIn(PorchlightError):
    slug = "not-signed-in"
    title = "You are not signed in."
    advice = "Sign in and send the request again with the session's token."


class WrongCredentials(PorchlightError):
    slug = "wrong-credentials"
    title = "The sign-in name or the secret is not right."
    advice = "Check both. A recovery code lets you set a new passphrase."


class ProofNeeded(PorchlightError):
    slug = "proof-needed"
    title = "This needs fresh proof that it is you."
    advice = "Send your passphrase, or an answer by one of your passkeys, to /v1/sessions/current/proof, then repeat the request within 5 minutes."


class PassphraseTooEasy(PorchlightError):
    slug = "passphrase-too-easy"
    title = "This passphrase is easy to guess."
    advice = "Take three or four words that do not belong together. Leave out your names, years, and rows of keys."


class NameTaken(PorchlightError):
    slug = "name-taken"
    title = "This sign-in name is taken."
    advice = "Choose another one. It is only used to sign in; nobody else sees it."


class RegistrationClosed(PorchlightError):
    slug = "registration-closed"
    title = "New accounts cannot be made here right now."
    advice = "Ask the person who runs this place, or someone inside for an invitation link."


class AccountDisabled(PorchlightError):
    slug = "account-disabled"
    title = "This account was locked by whoever runs this place."
    advice = (
        "Ask them why. Nothing of it was deleted. If it is urgent, call someone from your circle or a helpline now."
    )


class ConsentUnknown(PorchlightError):
    slug = "consent-unknown"
    title = "There is no such version of the privacy page."
    advice = "`consent_version` in /v1/config names the one that holds today. Show it, then send its version."


class TooManyDevices(PorchlightError):
    slug = "too-many-devices"
    title = "You have 20 devices, which is the most."
    advice = "Remove one you no longer use, then add this one."


class EndpointNotAllowed(PorchlightError):
    slug = "endpoint-not-allowed"
    title = "This push service is not one that Porchlight sends to."
    advice = "Use a browser whose push service is known here, or ask the operator to allow its host."


class DeviceRetired(PorchlightError):
    slug = "device-retired"
    title = "This device no longer receives notices."
    advice = "Register it again with its present address."


class ChannelNotOffered(PorchlightError):
    slug = "channel-not-offered"
    title = "This kind of channel is not offered here."
    advice = "`channels` in /v1/config lists the kinds that the operator has set up; choose one of those."


class TooManyChannels(PorchlightError):
    slug = "too-many-channels"
    title = "You have 5 channels, which is the most."
    advice = "Remove one you no longer use, then add this one."


class CodeWrong(PorchlightError):
    slug = "wrong-code"
    title = "This is not the code that was sent."
    advice = "Look at the latest message again; `guesses_left` says how often you may still try."


class CodeOver(PorchlightError):
    slug = "code-not-valid"
    title = "This code can no longer be used."
    advice = "It is good for 10 minutes and 5 guesses. Add the same address again to be sent a new one."


class PasskeysNotOffered(PorchlightError):
    slug = "passkeys-not-offered"
    title = "Passkeys cannot be used at this address."
    advice = "They need a host name over https (or localhost). Sign up and sign in with name and passphrase."


class PasskeyRefused(PorchlightError):
    slug = "passkey-not-accepted"
    title = "This passkey could not be added."
    advice = "Ask for new options and let the browser make it again: they are good for 5 minutes, and once."


class PasskeyUnknown(PorchlightError):
    slug = "wrong-passkey"
    title = "This passkey opens no account here."
    advice = "Try once more from the beginning, or sign in with name and passphrase, or with a recovery code."


class AlreadySignedUp(PorchlightError):
    slug = "already-signed-up"
    title = "This account has been made already."
    advice = "Sign in with the passkey that was made for it. Making another one would make a second account."


class LastWayIn(PorchlightError):
    slug = "last-way-in"
    title = "This passkey is the only way into your account."
    advice = "Add a passphrase, recovery codes or another passkey first, then remove this one."


class TooManyPasskeys(PorchlightError):
    slug = "too-many-passkeys"
    title = "You have 10 passkeys, which is the most."
    advice = "Remove one you no longer use, then add this one."


class ImportUnreadable(PorchlightError):
    slug = "import-unreadable"
    title = "This is no file of Porchlight that can be brought here."
    advice = "Choose porchlight.zip as the export gave it, of 4 MiB at most, or the porchlight.json in it."


class NotForGuests(PorchlightError):
    slug = "not-for-guests"
    title = "Quiet words reach only people with the app, and this is a guest."
    advice = "Call or write to them yourself, or ask them whether they would like the app."
