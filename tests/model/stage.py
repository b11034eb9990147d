"""Where the machine plays: one event loop, and for each life a new world on a database that is empty."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from core.settings import Settings
from tests.model.life import Life, Names, Seen
from tests.model.looking import ThingNames, look, opens
from tests.world.person import Person
from tests.world.world import World

PEOPLE = ("Ana", "Ben", "Cleo", "Dan", "Eva")
EVERYTHING_EVERY = 5
"""Every so many steps, everything that somebody may not see is asked for, not only what this step may have changed."""
Result = TypeVar("Result")


class Stage:
    """Plays one life: the people in the world, beside the model."""

    def __init__(self, runner: asyncio.Runner, settings: Settings) -> None:
        self._runner = runner
        self._stack = AsyncExitStack()
        self.world: World = self.play(self._stack.enter_async_context(World(settings)))
        self.names = ThingNames()
        self.life = Life(list(PEOPLE))
        self._counted = self._looks = 0
        self._before: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self.people: dict[str, Person] = {name: self.play(self.world.person(name)) for name in PEOPLE}
        for name, person in self.people.items():
            self.names.give("person", name, person.id)

    def play(self, what: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(what)

    def ask(self, who: str, method: str, path: str, body: Any = None, expect: int = 201) -> Any:
        """Let somebody do something, with this status."""
        return self.play(self.people[who].ask(method, path, body, expect))

    def proves(self, who: str) -> None:
        """Give the fresh proof that some things need."""
        self.play(self.people[who].proves())

    def words(self) -> str:
        """Return words that nobody has said before."""
        self._counted += 1
        return f"words {self._counted}"

    def named(self, kind: str, word: str, thing_id: str) -> str:
        """Give a new thing its name."""
        self._counted += 1
        name = f"{word} {self._counted}"
        self.names.give(kind, name, thing_id)
        return name

    def compare(self) -> None:
        """Compare what everybody is shown with what the model says that they may see."""
        self._looks += 1
        for name in PEOPLE:
            self.play(self._compare(name))

    async def _compare(self, name: str) -> None:
        person = self.people[name]
        if name not in self.life.people:
            assert (await person.send("GET", "/v1/me")).status_code == 401
            return
        expected = self.life.seen_by(name)
        found = await look(person, self.names)
        assert found == expected, f"{name}:\n" + "\n".join(_differences(found, expected))
        opened = await opens(person, self.names, self._hidden_from(name, expected.things))
        assert not opened, f"{name} opens what is not theirs: {opened}"

    def _hidden_from(self, name: str, things: Names) -> list[str]:
        """Return what this person is to be refused now: what is new, or was theirs until this step; sometimes everything else too."""
        known, seen_before = self._before.get(name, (frozenset(), frozenset()))
        self._before[name] = frozenset(self.names.ids), things
        everything = self._looks % EVERYTHING_EVERY == 0
        return [
            each
            for each in self.names.ids
            if each not in things and (everything or each not in known or each in seen_before)
        ]

    def close(self) -> None:
        self.play(self._stack.aclose())


def _differences(found: Seen, expected: Seen) -> list[str]:
    return [
        f"  {part}: is shown {shown}, may see {may_see}"
        for part in Seen.__dataclass_fields__
        if (shown := getattr(found, part)) != (may_see := getattr(expected, part))
    ]
