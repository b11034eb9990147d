"""The endpoints, with the URLs of Porchlight, so that the same load can be sent."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.peers.fastapi_procrastinate.database import engine, queue, sessions
from benchmarks.peers.fastapi_procrastinate.press import EmptyCircleError, press
from benchmarks.peers.fastapi_procrastinate.tables import Person, ReachOut, Recipient, Session


class PressBody(BaseModel):
    need: Literal["talk", "company", "distraction"] = "talk"
    note: Annotated[str, Field(max_length=500)] = ""


class RecipientView(BaseModel):
    id: int
    person_id: int
    display_name: str
    role: str
    step: int
    told_at: datetime | None
    answer: str | None


class ReachOutView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    state: str
    need: str | None
    note: str | None
    rung: int
    round: int
    created_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    recipients: list[RecipientView] = []


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with queue.open_async():
        yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def open_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


OpenSession = Annotated[AsyncSession, Depends(open_session)]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def find_caller(session: OpenSession, bearer: Bearer) -> Person:
    token_hash = hashlib.sha256(bearer.credentials.encode()).digest()
    person = await session.scalar(
        select(Person)
        .join(Session, Session.person_id == Person.id)
        .where(Session.token_hash == token_hash, Session.expires_at > datetime.now(UTC))
    )
    if person is None:
        raise HTTPException(401)
    return person


Caller = Annotated[Person, Depends(find_caller)]


@app.post("/v1/reach-outs", status_code=201)
async def press_button(body: PressBody, caller: Caller, session: OpenSession, response: Response) -> ReachOutView:
    try:
        reach_out, recipients, created = await press(session, caller, body.need, body.note)
    except EmptyCircleError as error:
        raise HTTPException(409, "There is nobody in your circle yet.") from error
    if not created:
        response.status_code = 200
    return show(reach_out, recipients)


def show(reach_out: ReachOut, recipients: list[Recipient]) -> ReachOutView:
    view = ReachOutView.model_validate(reach_out)
    view.recipients = [
        RecipientView(
            id=recipient.id,
            person_id=recipient.person_id,
            display_name=recipient.person.display_name,
            role=recipient.role,
            step=recipient.step,
            told_at=recipient.told_at,
            answer=recipient.answer,
        )
        for recipient in recipients
    ]
    return view


@app.get("/readyz")
async def ready() -> dict[str, str]:
    return {}
