"""Who gets which answer to what: every operation of the API, tried by everybody, against `table.txt`."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.authorization.cast import ACTORS, OUTSIDE, OWN, Cast, gather
from tests.authorization.requests import BODIES, CEREMONIES, WITHOUT_BODY, Request, ceremonies, nowhere, request
from tests.authorization.rows import Rows
from tests.authorization.table import Row, named_columns, operations, rows
from tests.channels.gateways import ChannelWorld
from tests.world.operations import EVENT_STREAM
from tests.world.stream import listening

AREAS = list(dict.fromkeys(row.area for row in rows()))
UNKNOWN_TOKEN = "a-session-that-never-was-anybodys-0123456789"


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    labels = [row.label for row in rows()]
    assert len(labels) == len(set(labels))
    assert {label.partition(" (")[0] for label in labels} == set(operations())
    assert named_columns() == {ACTORS}


def test_every_operation_that_takes_fields_is_tried_with_some() -> None:
    takes = {operation.id for operation in operations().values() if operation.fields}
    assert takes == set(BODIES) | CEREMONIES | WITHOUT_BODY


@dataclass(slots=True)
class Trial:
    """One row of the table, tried by everybody."""

    cast: Cast
    kept: Rows
    row: Row
    here: Request
    elsewhere: Request
    wrong: list[str] = field(default_factory=list)

    @property
    def names_rows(self) -> bool:
        """Whether the request carries ids or secrets of Maya's things."""
        return self.here != self.elsewhere

    async def run(self) -> dict[str, str]:
        """Return the word for each actor; `wrong` says what else is not as it should be."""
        refused = [actor for actor in ACTORS if self.row.cells[actor][0] == "4"]
        words = {actor: await self.tried_by(actor) for actor in refused}
        if self.here.method != "GET" and (changed := await self.kept.changed()):
            self.wrong.append(f"refused and yet written: {changed}, by one of {refused}")
            await self.kept.put_back()
        return words | {actor: await self.tried_by(actor) for actor in ACTORS if actor not in refused}

    async def tried_by(self, actor: str) -> str:
        reply = await self.ask(self.cast.tokens[actor], self.here)
        if reply.is_error:
            await self.compare(actor, reply)
        elif self.here.method != "GET":
            await self.kept.put_back()
        return self.word(actor, reply)

    def word(self, actor: str, reply: httpx.Response) -> str:
        if reply.is_error:
            return str(reply.status_code)
        if (actor in OWN and not self.public) or any(mark in reply.text for mark in self.cast.marks):
            return str(reply.status_code)
        if self.public:
            return "open"
        return str(reply.status_code) if self.names_rows else "own"

    @property
    def public(self) -> bool:
        return self.row.cells["nobody"] == "open"

    async def compare(self, actor: str, reply: httpx.Response) -> None:
        """Check that a refusal says no more than that of what does not exist, or of a session that never was."""
        if reply.status_code == 401 and self.cast.tokens[actor]:
            other = await self.ask(UNKNOWN_TOKEN, self.here)
        elif reply.status_code == 404 or (self.names_rows and (actor in OUTSIDE or reply.status_code == 422)):
            # Who may not use an operation at all is told what an address without one tells.
            there = self.elsewhere if self.names_rows else Request(self.here.method, "/v1/nothing", None)
            other = await self.ask(self.cast.tokens[actor], there)
        else:
            return
        if plain(reply, self.cast.known) != plain(other, self.cast.known):
            self.wrong.append(f"{actor}: {plain(reply, self.cast.known)} is not {plain(other, self.cast.known)}")

    async def ask(self, token: str | None, asked: Request) -> httpx.Response:
        if self.row.operation.id != EVENT_STREAM:
            return await self.cast.send(token, asked.method, asked.path, asked.body)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        async with listening(self.cast.world.here.app, asked.path, headers) as stream:
            return httpx.Response(stream.status, headers=stream.headers, text=stream.raw)


def plain(reply: httpx.Response, known: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of a reply without the ids and secrets that were asked for, and the request's own id."""
    text = reply.text
    for value in sorted(known.values()):
        text = text.replace(value, "…") if len(value) > 20 else text
    text = re.sub(r'"request_id":"[^"]*"', '"request_id":"…"', text)
    headers = {name: value for name, value in reply.headers.items() if name not in {"x-request-id", "date"}}
    return reply.status_code, headers, text


@pytest.fixture
async def cast(world: ChannelWorld) -> AsyncIterator[tuple[Cast, Rows, Mapping[str, Any]]]:
    cast = await gather(world)
    signed = await ceremonies(cast)
    kept = Rows(world)
    await world.settle()
    await kept.keep()
    yield cast, kept, signed
    await kept.drop()


@pytest.mark.promise(4)
@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.lower().replace(" ", "-"))
async def test_promise_4_no_operation_shows_or_changes_what_is_not_yours(
    cast: tuple[Cast, Rows, Mapping[str, Any]], area: str
) -> None:
    people, kept, signed = cast
    wrong: list[str] = []
    for row in rows():
        if row.area == area:
            here = request(row.operation, row.whose, people.known, signed)
            elsewhere = request(row.operation, row.whose, nowhere(people.known), signed)
            trial = Trial(people, kept, row, here, elsewhere)
            words = await trial.run()
            wrong += [
                f"{row.label}: {actor} gets {word}, not {row.cells[actor]}"
                for actor, word in words.items()
                if word != row.cells[actor]
            ]
            wrong += [f"{row.label}: {what}" for what in trial.wrong]
    assert not wrong, "\n".join(["", *wrong])
