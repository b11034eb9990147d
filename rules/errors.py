"""What the rules refuse: a stable slug and plain words for each; nothing here knows HTTP."""

from core.errors import PorchlightError


class NotFound(PorchlightError):
    slug = "not-found"
    title = "There is nothing here that you can see."
    advice = "Check the address. It may have been removed, or it was never shared with you."


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


class Invalid(PorchlightError):
    slug = "invalid"
    title = "Some of what was sent cannot be used."
    advice = "See `errors` for each place and what it should be."


class NameTaken(PorchlightError):
    slug = "name-taken"
    title = "This sign-in name is taken."
    advice = "Choose another one. It is only used to sign in; nobody else sees it."


class RegistrationClosed(PorchlightError):
    slug = "registration-closed"
    title = "New accounts cannot be made here right now."
    advice = "Ask the person who runs this place, or someone inside for an invitation link."


class TooMany(PorchlightError):
    slug = "too-many-tries"
    title = "Too many tries in a short time."
    advice = "Wait for the number of seconds in Retry-After, then try again."


class ReachInsUnanswered(PorchlightError):
    slug = "reach-ins-unanswered"
    title = "This person has three words from you. They keep."
    advice = "A sign from them opens it again, or the number of seconds in Retry-After. To reach out there is no limit."


class KeyReused(PorchlightError):
    slug = "key-reused"
    title = "This Idempotency-Key was used for something else."
    advice = "Use a new key for a new request; repeat the same body for a retry."


class EmptyCircle(PorchlightError):
    slug = "empty-circle"
    title = "Nobody is in your circle yet, so nobody could be told."
    advice = "Call one of the helplines below, or somebody you trust. Then invite a first person into your circle."


class ReachOutClosed(PorchlightError):
    slug = "closed"
    title = "This reach-out is over."
    advice = "There is nothing more to answer. You can still write or call in your own way."


class NotYours(PorchlightError):
    slug = "not-yours"
    title = "This is for the other side to do."
    advice = "The person who reached out closes, nudges and reflects; those who were told answer."


class StillOpen(PorchlightError):
    slug = "not-closed"
    title = "This reach-out is still open."
    advice = "Close it first, then look back on it."


class NobodyAnswered(PorchlightError):
    slug = "nobody-answered"
    title = "Nobody has answered yet, so there is nobody to be talking with."
    advice = "Name the person you are talking with in person_id, or close the reach-out with ok_now."


class CircleFull(PorchlightError):
    slug = "circle-full"
    title = "Your circle is full: 15 people at most."
    advice = "Remove someone or withdraw an open invitation first."


class StepOneFull(PorchlightError):
    slug = "step-one-full"
    title = "Four people are told first already."
    advice = "Put this person on step 2, or move someone else there first."


class InvitationNotValid(PorchlightError):
    slug = "invitation-not-valid"
    title = "This invitation cannot be used."
    advice = "It may have expired, been used or withdrawn. Ask for a new one."


class OwnInvitation(PorchlightError):
    slug = "own-invitation"
    title = "This is your own invitation."
    advice = "Send the link to the person you want in your circle."


class AlreadyInCircle(PorchlightError):
    slug = "already-in-circle"
    title = "You are in this circle already."
    advice = "There is nothing more to do."


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


class CompanionUnknown(PorchlightError):
    slug = "companion-unknown"
    title = "Nobody in your circle goes by this companion's id."
    advice = "Choose a confirmed member of your circle: the id from GET /v1/circle whose state is active."


class MemberUnknown(PorchlightError):
    slug = "member-unknown"
    title = "Nobody in your circle goes by one of these ids."
    advice = "Choose confirmed members of your circle: ids from GET /v1/circle whose state is active."


class PartsNotGiven(PorchlightError):
    slug = "parts-not-given"
    title = "This check-in does not have all of these parts."
    advice = "`parts` names those that it does not have. Choose from what was said in it, or say more in a new one."


class TooManyCommitments(PorchlightError):
    slug = "too-many-commitments"
    title = "You have 10 things you mean to do, which is the most."
    advice = "Let one of them end, or remove one, then add this one."


class PracticeOpen(PorchlightError):
    slug = "practice-open"
    title = "A practice light is burning already."
    advice = "Look at that one, or end it first; `practice_id` says which it is. The next one can begin a week after it began."


class PracticeTooSoon(PorchlightError):
    slug = "practice-too-soon"
    title = "Your circle has practised within the last week."
    advice = "Wait for the number of seconds in Retry-After. To reach out there is no limit."


class ReachOutOpen(PorchlightError):
    slug = "reach-out-open"
    title = "You have reached out, and that is not over."
    advice = "Close it first; a practice must not be mistaken for it."


class NobodyToPractise(PorchlightError):
    slug = "nobody-to-practise"
    title = "Nobody in your circle could see a practice light yet."
    advice = "Invite a first person, and confirm them."


class BookendOver(PorchlightError):
    slug = "bookend-over"
    title = "This bookend can no longer be moved."
    advice = "You have checked in, or your companion was told already. Check in if you have not, then plan another one."


class TooManyBookends(PorchlightError):
    slug = "too-many-bookends"
    title = "You have 20 bookends ahead of you, which is the most."
    advice = "Check in for one, or cancel one that you no longer need."
