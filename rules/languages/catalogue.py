"""The sentences of the server: a language whose catalogue lacks one of them does not pass the type check."""

from dataclasses import dataclass
from typing import TypedDict

from rules.call_words import CallWords
from rules.value_names import ValueNames


class PushSentences(TypedDict):
    """One neutral sentence for each kind of notice, for a test push, and before the code that confirms a channel."""

    reach_out: str
    calm: str
    answered: str
    all_clear: str
    ended: str
    unanswered: str
    are_you_talking: str
    message: str
    invitation_accepted: str
    standing_by: str
    bookend_due: str
    bookend_missed: str
    check_in: str
    reach_in: str
    unreachable: str
    check_in_seen: str
    commitment_asked: str
    commitment_due: str
    commitment_ended: str
    moment: str
    follow_up: str
    practice: str
    practice_offer: str
    account_changed: str
    test: str
    code: str


class NamedPushSentences(TypedDict):
    """The same with the name of whom it is about in the place of `{}`, for two people who have both chosen that."""

    reach_out: str
    calm: str
    answered: str
    message: str
    reach_in: str


class SectionNames(TypedDict):
    """The headings of an export's page, in their order on the page."""

    person: str
    circle: str
    supporting: str
    reach_outs: str
    recipients_of_my_reach_outs: str
    messages_to_me: str
    messages: str
    reflections: str
    told_of: str
    answers: str
    check_ins: str
    check_ins_i_share: str
    check_ins_shared_with_me: str
    reach_ins: str
    reach_ins_to_me: str
    bookends: str
    told_of_bookends: str
    talks: str
    thread_reads: str
    commitments: str
    commitment_days: str
    witnessed_commitments: str
    rhythms: str
    follow_ups: str
    practices: str
    practices_i_saw: str
    push_proofs: str
    plans: str
    notices: str
    invitations: str
    blocks: str
    channels: str
    devices: str
    sessions: str
    passkeys: str
    recovery_codes_left: str
    known_places: str
    access_events: str


class FieldNames(TypedDict):
    """The labels of a row's fields; a field without one (ids, counters, keys) is in the JSON only."""

    name: str
    display_name: str
    sign_in_name: str
    contact: str
    time_zone: str
    region: str
    language: str
    hours: str
    wake_me: str
    my_name_in_pushes: str
    names_in_my_pushes: str
    ladder: str
    role: str
    step: str
    label: str
    greeting: str
    kind: str
    address: str
    created_at: str
    used_at: str
    expires_at: str
    accepted_at: str
    confirmed_at: str
    muted_until: str
    note: str
    text: str
    standing_words: str
    signs: str
    alone: str
    places: str
    safer: str
    reasons: str
    people: str
    professionals: str
    help_me: str
    what: str
    need: str
    state: str
    outcome: str
    calm: str
    raised_at: str
    pressed_at: str
    closed_at: str
    unanswered_at: str
    told_at: str
    delivered_at: str
    seen_at: str
    answer: str
    answered_at: str
    minutes: str
    calm_answer: str
    calm_answered_at: str
    calm_minutes: str
    seen: str
    safe: str
    soothed: str
    feeling: str
    halt: str
    parts: str
    shared_at: str
    due_at: str
    companion_told_at: str
    checked_in_at: str
    day: str
    days: str
    at: str
    ends_on: str
    done: str
    week: str
    check_in_at: str
    check_in_days: str
    week_at: str
    week_day: str
    commitments: str
    follow_ups: str
    practice_offers: str
    next_at: str
    paused_until: str
    away_until: str
    ended_at: str
    read_at: str
    last_receipt_at: str
    disabled_at: str
    disabled_reason: str
    platform: str
    ends_at: str
    shown_at: str
    carrier: str


@dataclass(frozen=True, slots=True)
class SeveralWaiting:
    """The alarm when more than one person waits. `numbers`: from two on; beyond the last of them it is `many`."""

    sentence: str
    numbers: tuple[str, ...]
    many: str

    def text(self, waiting: int) -> str:
        """Return the sentence for this number of people, at least two."""
        index = waiting - 2
        return self.sentence.format(self.numbers[index] if index < len(self.numbers) else self.many)


@dataclass(frozen=True, slots=True)
class PageWords:
    """The pages that a browser shows outside of the app."""

    nowhere: str
    nowhere_advice: str
    open_app: str


@dataclass(frozen=True, slots=True)
class ExportWords:
    """The page of an export. `generated` holds the place `{at}`; `weekdays` begin with Monday."""

    title: str
    generated: str
    nothing: str
    somebody: str
    weekdays: tuple[str, str, str, str, str, str, str]
    sections: SectionNames
    fields: FieldNames
    values: ValueNames


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language. `name`: what its speakers call it; `unknown_push`: for a kind that a newer server has written."""

    name: str
    push: PushSentences
    named_push: NamedPushSentences
    several: SeveralWaiting
    unknown_push: str
    call: CallWords
    pages: PageWords
    export: ExportWords
