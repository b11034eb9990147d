"""Who may see what, as the promises say it: a small model of a few people's circles, and of nothing else.

Everything has a name ("press 1") that stands for its id. A rule of the machine (`machine.py`) plays the same thing on the real
server and here; `Life.seen_by` then says all that one person may see, and `looking.py` compares it with what the API shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

Names = frozenset[str]


@dataclass
class Place:
    """Somebody's place in somebody's circle. Once it has ended it never counts again: whoever returns has a new one."""

    name: str
    owner: str
    member: str
    confirmed: bool = False
    ended: bool = False

    @property
    def counts(self) -> bool:
        return self.confirmed and not self.ended

    @property
    def state(self) -> str:
        return "active" if self.confirmed else "accepted"


@dataclass
class Told:
    """Somebody who was told, by their place at that time, and what they answered: to the press, or to the calm ask before it.

    `holds`: they have said that they are there since the person last pressed, so the others may wait.
    """

    place: Place
    answer: str | None = None
    calm_answer: str | None = None
    holds: bool = False

    @property
    def stands(self) -> bool:
        """Whether they have said that they are there."""
        return self.answer not in {None, "cannot"}


@dataclass
class ReachOut:
    name: str
    owner: str
    calm: bool
    told: dict[str, Told]
    open: bool = True
    waiting: bool = True
    together: str | None = None
    messages: list[tuple[str, str]] = field(default_factory=list)

    def here(self) -> Iterator[tuple[str, Told]]:
        """Those who were told and still are in the circle by the same place."""
        return ((person, told) for person, told in self.told.items() if told.place.counts)

    def told_of(self, person: str) -> bool:
        return any(person == other for other, _ in self.here())

    def reconsider(self) -> None:
        """Being together lasts for as long as the other stands by it; with nobody there, it is waiting again."""
        there = {person: told for person, told in self.here() if told.stands}
        if self.together in there:
            return
        self.together = None
        self.waiting = self.waiting or not any(told.holds for told in there.values())


@dataclass
class CheckIn:
    name: str
    owner: str
    shares: list[Place]

    def readers(self) -> list[Place]:
        return [place for place in self.shares if place.counts]


@dataclass
class Practice:
    name: str
    owner: str
    members: list[Place]


@dataclass
class Notice:
    """A notice that names somebody. It lasts for as long as every place does by which it came."""

    to: str
    kind: str
    sender: str
    about: str | None
    places: list[Place]


@dataclass(frozen=True)
class SeenReachOut:
    sender: str
    open: bool
    calm: bool
    recipients: frozenset[tuple[str, str | None]]
    together: str | None
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Seen:
    """All that one person sees, everything by name. `check_ins`: whose, and for their own with whom they share it."""

    circle: dict[str, tuple[str, str]]
    supporting: dict[str, tuple[str, str, str | None]]
    reach_outs: dict[str, SeenReachOut]
    check_ins: dict[str, tuple[str, Names | None]]
    threads: dict[str, frozenset[tuple[str, str]]]
    practices: dict[str, tuple[str, Names]]
    inbox: frozenset[tuple[str, str, str | None]]

    @property
    def things(self) -> Names:
        """All that they can open."""
        places = {place for place, _, _ in self.supporting.values()}
        return frozenset({*self.reach_outs, *self.check_ins, *self.practices, *self.threads, *places})


@dataclass
class Life:
    """What has happened so far, as far as it decides who sees what."""

    people: list[str]
    places: list[Place] = field(default_factory=list)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    reach_outs: list[ReachOut] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    practices: list[Practice] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    # ---------------------------------------------------------------------------------------------------- who sees what

    def seen_by(self, me: str) -> Seen:
        return Seen(
            circle={place.member: (place.name, place.state) for place in self.standing() if place.owner == me},
            supporting={
                place.owner: (place.name, place.state, self._open_reach_out(place))
                for place in self.standing()
                if place.member == me
            },
            reach_outs={each.name: self._reach_out_as_seen(each, me) for each in self.reach_outs_seen_by(me)},
            check_ins=self._check_ins_seen_by(me),
            threads={other: self._thread(me, other) for other in self.others(me) if self.paired(me, other)},
            practices=self._practices_seen_by(me),
            inbox=frozenset((each.kind, each.sender, each.about) for each in self.notices if each.to == me),
        )

    def reach_outs_seen_by(self, me: str) -> list[ReachOut]:
        """Whoever pressed sees it, and whoever was told of it and still is in that circle; nobody else."""
        return [each for each in self.reach_outs if each.owner == me or each.told_of(me)]

    def _reach_out_as_seen(self, seen: ReachOut, me: str) -> SeenReachOut:
        """The person sees everybody who was told. The others see themselves, and who is there for the person.

        Two people whom a block keeps apart do not see each other there either.
        """
        mine = seen.owner == me
        people = {
            person: told.answer or told.calm_answer
            for person, told in seen.here()
            if mine or person == me or (told.stands and not self.kept_apart(me, person))
        }
        here = {person for person, _ in seen.here()}
        messages = [
            (sender, text)
            for sender, text in seen.messages
            if (mine and (sender == me or sender in here)) or (not mine and sender in {me, seen.owner})
        ]
        together = seen.together if seen.together in people else None
        return SeenReachOut(seen.owner, seen.open, seen.calm, frozenset(people.items()), together, tuple(messages))

    def _open_reach_out(self, place: Place) -> str | None:
        """Whoever is there for somebody sees beside the name which reach-out is open, if they were told of it."""
        found = [each.name for each in self.reach_outs_seen_by(place.member) if each.owner == place.owner and each.open]
        return found[0] if found and place.counts else None

    def _check_ins_seen_by(self, me: str) -> dict[str, tuple[str, Names | None]]:
        """A check-in is its owner's, who alone sees with whom it is shared, and theirs with whom it is shared."""
        seen: dict[str, tuple[str, Names | None]] = {}
        for each in self.check_ins:
            readers = frozenset(place.member for place in each.readers())
            if each.owner == me:
                seen[each.name] = (me, readers)
            elif me in readers:
                seen[each.name] = (each.owner, None)
        return seen

    def _thread(self, me: str, other: str) -> frozenset[tuple[str, str]]:
        """Both sides of a thread see the same: what one has shared with the other, and reach-outs that have ended."""
        return frozenset(
            item
            for one, two in ((me, other), (other, me))
            for item in (*self._shared(one, two), *self._ended(one, two))
        )

    def _shared(self, giver: str, reader: str) -> list[tuple[str, str]]:
        return [
            ("check_in", each.name)
            for each in self.check_ins
            if each.owner == giver and reader in {place.member for place in each.readers()}
        ]

    def _ended(self, owner: str, reader: str) -> list[tuple[str, str]]:
        """A calm ask ends without a word to those who did not say yes."""
        return [
            ("reach_out", each.name)
            for each in self.reach_outs
            if each.owner == owner
            and not each.open
            and any(person == reader and (told.stands or not each.calm) for person, told in each.here())
        ]

    def _practices_seen_by(self, me: str) -> dict[str, tuple[str, Names]]:
        """Whoever began a practice sees everybody's part of those who still are there; a member sees their own."""
        seen = {}
        for each in self.practices:
            members = frozenset(place.member for place in each.members if place.counts)
            if each.owner == me:
                seen[each.name] = (me, members)
            elif me in members:
                seen[each.name] = (each.owner, frozenset({me}))
        return seen

    # ------------------------------------------------------------------------------------------------ who knows whom

    def others(self, me: str) -> list[str]:
        return [person for person in self.people if person != me]

    def standing(self) -> list[Place]:
        return [place for place in self.places if not place.ended]

    def between(self, one: str, other: str) -> list[Place]:
        return [place for place in self.standing() if {place.owner, place.member} == {one, other}]

    def paired(self, one: str, other: str) -> bool:
        return any(place.counts for place in self.between(one, other))

    def place_of(self, owner: str, member: str) -> Place | None:
        return next((place for place in self.standing() if (place.owner, place.member) == (owner, member)), None)

    def circle_of(self, owner: str) -> list[Place]:
        return [place for place in self.standing() if place.owner == owner and place.confirmed]

    def kept_apart(self, one: str, other: str) -> bool:
        return not self.blocks.isdisjoint({(one, other), (other, one)})

    def open_reach_out_of(self, owner: str) -> ReachOut | None:
        return next((each for each in self.reach_outs if each.owner == owner and each.open), None)
