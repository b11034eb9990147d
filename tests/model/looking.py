"""What the API shows one person, in the words of the model: every list, every single thing, and a 404 for all that is not theirs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.model.life import Seen, SeenReachOut
from tests.world.person import Person

NOTHING = str(UUID(int=0))
"""An id that nothing has."""
SINGLES = {
    "reach_out": ("/v1/reach-outs/{id}", "/v1/reach-outs/{id}/messages"),
    "check_in": ("/v1/check-ins/{id}",),
    "practice": ("/v1/practices/{id}",),
    "place": ("/v1/supporting/{id}",),
    "person": ("/v1/threads/{id}",),
}
"""Where one thing of each kind is read."""
ABOUT = ("reach_out_id", "check_in_id", "practice_id")


@dataclass
class ThingNames:
    """The name of everything that has an id, and what kind of thing it is."""

    of: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)

    def give(self, kind: str, name: str, thing_id: str) -> None:
        self.of[thing_id] = name
        self.ids[name] = thing_id
        self.kinds[name] = kind

    async def refusal(self, person: Person, path: str) -> tuple[int, str]:
        """Return how something is refused that does not exist; it is the same for everybody."""
        if path not in self.refusals:
            self.refusals[path] = await _reply(person, path, NOTHING)
            assert self.refusals[path][0] == 404
        return self.refusals[path]

    def __getitem__(self, thing_id: str) -> str:
        """Return the name of this id; what nobody has named is shown by its id, and so differs from everything expected."""
        return self.of.get(thing_id, thing_id)


async def look(person: Person, names: ThingNames) -> Seen:
    """Return all that this person sees."""
    reach_outs = {}
    for row in await _items(person, "/v1/reach-outs"):
        messages = await _items(person, f"/v1/reach-outs/{row['id']}/messages")
        assert await person.get(f"/v1/reach-outs/{row['id']}") == row, "one alone is shown as in the list"
        reach_outs[names[row["id"]]] = _reach_out(row, messages, names)
    threads = {}
    for row in await _items(person, "/v1/threads"):
        items = await _items(person, f"/v1/threads/{row['person']['id']}")
        threads[_who(row, names)] = frozenset((item["kind"], names[item["id"]]) for item in items)
    circle, supporting = await _items(person, "/v1/circle"), await _items(person, "/v1/supporting")
    check_ins, practices = await _items(person, "/v1/check-ins"), await _items(person, "/v1/practices")
    return Seen(
        circle={_who(row, names): (names[row["id"]], row["state"]) for row in circle},
        supporting={
            _who(row, names): (names[row["id"]], row["state"], _named(row["open_reach_out_id"], names))
            for row in supporting
        },
        reach_outs=reach_outs,
        check_ins={
            names[row["id"]]: (_who(row, names, "from"), _people(row["shared_with"], names) if row["mine"] else None)
            for row in check_ins
        },
        threads=threads,
        practices={
            names[row["id"]]: (_who(row, names, "from"), _people([each["person"] for each in row["members"]], names))
            for row in practices
        },
        inbox=frozenset(_notice(row, names) for row in await _items(person, "/v1/inbox") if row["from"] is not None),
    )


async def opens(person: Person, names: ThingNames, hidden: Iterable[str]) -> list[str]:
    """Return what this person can open of what should be hidden from them.

    It is refused in the very words in which what does not exist is refused.
    """
    return [
        name
        for name in hidden
        for path in SINGLES[names.kinds[name]]
        if await _reply(person, path, names.ids[name]) != await names.refusal(person, path)
    ]


async def _reply(person: Person, path: str, thing_id: str) -> tuple[int, str]:
    reply = await person.send("GET", path.format(id=thing_id))
    # Every request has an id of its own, which its problem document repeats.
    return reply.status_code, re.sub(r'"request_id": ?"[^"]*"', "", reply.text.replace(thing_id, "…"))


async def _items(person: Person, path: str) -> list[dict[str, Any]]:
    page = await person.get(f"{path}?limit=100")
    assert page["next"] is None, "all of it is on one page"
    return list(page["items"])


def _reach_out(row: dict[str, Any], messages: list[dict[str, Any]], names: ThingNames) -> SeenReachOut:
    return SeenReachOut(
        sender=_who(row, names, "from"),
        open=row["closed_at"] is None,
        calm=row["calm"],
        recipients=frozenset((_who(each, names), each["answer"]) for each in row["recipients"]),
        together=_named(row["together_with"], names),
        messages=tuple((_who(each, names, "from"), each["text"]) for each in messages),
    )


def _notice(row: dict[str, Any], names: ThingNames) -> tuple[str, str, str | None]:
    about = next((row[key] for key in ABOUT if row[key] is not None), None)
    return row["kind"], _who(row, names, "from"), _named(about, names)


def _who(row: dict[str, Any], names: ThingNames, key: str = "person") -> str:
    """Return whom this names; the name that is shown must be that of the id."""
    person = row[key]
    assert names[person["id"]] == person["display_name"]
    return str(person["display_name"])


def _people(people: list[dict[str, Any]], names: ThingNames) -> frozenset[str]:
    return frozenset(_who({"person": person}, names) for person in people)


def _named(thing_id: str | None, names: ThingNames) -> str | None:
    return None if thing_id is None else names[thing_id]
