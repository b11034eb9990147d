"""What the rules refuse of what people do with one another, and what any of them may refuse."""

from core.errors import PorchlightError


class NotFound(PorchlightError):
    slug = "not-found"
    title = "There is nothing here that you can see."
    advice = "Check the address. It may have been removed, or it was never shared with you."


class Invalid(PorchlightError):
    slug = "invalid"
    title = "Some of what was sent cannot be used."
    advice = "See `errors` for each place and what it should be."


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


class NobodyFree(PorchlightError):
    slug = "nobody-free"
    title = "Nobody is free just now, so nobody was asked."
    advice = "A calm ask wakes nobody. You can still reach out: send the press without `calm`, or ask again later."


class AskedOften(PorchlightError):
    slug = "asked-often"
    title = "You have asked six times within an hour; whoever is free knows it."
    advice = "Ask again after the number of seconds in Retry-After. To reach out there is no limit."


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


class AddressInCircle(PorchlightError):
    slug = "address-in-circle"
    title = "This number or address is in this circle already."
    advice = (
        "There is nothing more to do: messages come there. For somebody else, give a number or address of their own."
    )


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
    advice = "Invite a first person with the app, and confirm them. A guest is tried by the code that comes back."


class BookendOver(PorchlightError):
    slug = "bookend-over"
    title = "This bookend can no longer be moved."
    advice = "You have checked in, or your companion was told already. Check in if you have not, then plan another one."


class TooManyBookends(PorchlightError):
    slug = "too-many-bookends"
    title = "You have 20 bookends ahead of you, which is the most."
    advice = "Check in for one, or cancel one that you no longer need."
