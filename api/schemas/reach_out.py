"""A reach-out in a reply: what its viewer may see of it, and how that is serialized."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.common import PersonOut, person_out, unvalidated
from models.enums import AnswerKind, Need, Outcome, ReachOutState, RecipientState, Role
from rules import helplines
from rules.access import Caller
from rules.helplines import Country
from rules.reach_out.views import ReachOutView


class RecipientOut(BaseModel):
    """To the person: everything. To a recipient: themselves and who has answered, without role and contact.

    `state`: queued (nothing has left yet), handed (a push service has it), delivered (their device said so), seen (they
    opened it), answered, declined (they can't), unreachable (no way to them works), inbox_only (muted or outside their
    hours, so it waits in their inbox). `answered_at`: when they answered, from which the `minutes` of `soon` count; null
    without an answer. An answer before `raised_at` was given to the calm ask: it stands until they answer the press, and
    `state` says how far the press has come.
    """

    person: PersonOut
    role: Role | None
    state: RecipientState
    answer: AnswerKind | None
    minutes: int | None
    answered_at: datetime | None
    contact: str | None


class ReachOutOut(BaseModel):
    """A reach-out as the caller may see it.

    `pressed_at`: the phone's own time of the press, if it sent one; `created_at` is the server's. To others than the person, a
    calm ask that was raised was created when it became a press. `next_rung_at`: when the next people are told, or told again.
    `paused_until`: how long the ladder waits for somebody who answered. `pushed_at`: when everyone told was last pushed. All
    three are shown to the person alone. `together_with`: whom the person says that they are talking with.
    `calm`: a calm ask, which tells only those who are free and has no rungs; `outcome` is quiet when it ends by itself.
    `ends_at`: when it does so unless somebody says yes; `raised_at`: when a calm ask became this press. Both are shown to the
    person alone.
    `how_to_help`: the person's own words for whoever has answered them, in `GET /v1/reach-outs/{id}` alone and while it is
    open. Null to everybody else, the person included.
    """

    model_config = ConfigDict(validate_by_name=True)

    id: UUID
    from_: Annotated[PersonOut, Field(alias="from")]
    state: ReachOutState
    need: Need | None
    note: str | None
    created_at: datetime
    pressed_at: datetime | None
    unanswered_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    next_rung_at: datetime | None
    paused_until: datetime | None
    pushed_at: datetime | None
    together_with: UUID | None
    calm: bool
    ends_at: datetime | None
    raised_at: datetime | None
    recipients: list[RecipientOut]
    contact: str | None
    how_to_help: str | None = None
    helplines: Country


_make_recipient, _make_reach_out = unvalidated(RecipientOut), unvalidated(ReachOutOut)


def reach_out_out(view: ReachOutView, who: Caller, how_to_help: str | None = None) -> ReachOutOut:
    return _make_reach_out(
        id=view.id,
        from_=person_out(view.sender),
        state=ReachOutState(view.state),
        need=Need(view.need) if view.need else None,
        note=view.note,
        created_at=view.created_at,
        pressed_at=view.pressed_at,
        unanswered_at=view.unanswered_at,
        closed_at=view.closed_at,
        outcome=Outcome(view.outcome) if view.outcome else None,
        next_rung_at=view.next_rung_at,
        paused_until=view.paused_until,
        pushed_at=view.pushed_at,
        together_with=view.together_with,
        calm=view.calm,
        ends_at=view.ends_at,
        raised_at=view.raised_at,
        recipients=[
            _make_recipient(
                person=person_out(row.person),
                role=Role(row.role) if row.role else None,
                state=row.state,
                answer=AnswerKind(row.answer) if row.answer else None,
                minutes=row.minutes,
                answered_at=row.answered_at,
                contact=row.contact,
            )
            for row in view.recipients
        ],
        contact=view.contact,
        how_to_help=how_to_help,
        helplines=helplines.for_region(who.region),
    )
