"""The machine: what people do to each other, in any order, and after each step a look through everybody's eyes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.model import chances, events
from tests.model.life import CheckIn, Life, Place, ReachOut
from tests.model.stage import Stage

ANSWERS = ("calling", "soon", "here", "cannot")
MAX_ANNOUNCED = 6
"""So many answers of one person are announced at once; of the seventh within a minute the others hear later."""
MAX_ASKS = 6
"""So many calm asks an hour are taken."""
MOST_AT_FIRST = 12
"""So many places in circles are taken at most when a life begins, of twenty."""


@dataclass(frozen=True)
class Event:
    """Something that can happen. `find`: those with whom it can; `drawn`: what else is drawn for it."""

    find: Callable[[Life], Sequence[Any]]
    play: Callable[..., None]
    drawn: Mapping[str, st.SearchStrategy[Any]]

    def __repr__(self) -> str:
        return self.play.__name__


EVENTS: list[Event] = []
"""All that can happen, each as often as it weighs."""


def _some(
    find: Callable[[Life], Sequence[Any]], *, weight: int = 1, **drawn: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let this happen when the life has some of these; `weight` times as often as what weighs 1."""

    def listed(play: Callable[..., None]) -> Callable[..., None]:
        EVENTS.extend([Event(find, play, drawn)] * weight)
        return play

    return listed


def _some_of(places: Sequence[Place]) -> st.SearchStrategy[list[Place]]:
    """Choose at least one of these places."""
    return st.lists(st.sampled_from(places), min_size=1, unique_by=lambda place: place.name)


class CircleMachine(RuleBasedStateMachine):
    """Five people who know nobody at first."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = self.make_stage()
        self._said: Counter[tuple[str, str]] = Counter()

    def make_stage(self) -> Stage:
        """Return an empty stage; whoever runs the machine (`run.py`) has one."""
        raise NotImplementedError

    def teardown(self) -> None:
        self.stage.close()

    @property
    def life(self) -> Life:
        return self.stage.life

    def _ask(self, who: str, method: str, path: str, name: str, body: Any = None, expect: int = 201) -> None:
        """Let somebody do something with the thing of this name, whose id belongs into the path."""
        self.stage.ask(who, method, path.format(self.stage.names.ids[name]), body, expect)

    @invariant()
    def everybody_sees_what_they_may(self) -> None:
        self.stage.compare()

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """Play one event of those that can happen.

        Not a rule for each: Hypothesis leaves some rules out of each example, and then hardly anything happens in a short run.
        """
        event = data.draw(st.sampled_from([each for each in EVENTS if each.find(self.life)]))
        drawn = {name: data.draw(strategy) for name, strategy in event.drawn.items()}
        event.play(self, data, **drawn)

    # ----------------------------------------------------------------------------------------------------------- circle

    def _accepts(self, owner: str, member: str) -> Place:
        invited = self.stage.ask(owner, "POST", "/v1/invitations", {"role": "friend"})
        accepted = self.stage.ask(member, "POST", "/v1/invitations/accept", {"token": invited["token"]})
        place = Place(self.stage.named("place", "place", accepted["id"]), owner, member)
        events.accepts(self.life, place)
        return place

    def _confirms(self, place: Place) -> None:
        self._ask(place.owner, "POST", "/v1/circle/{}/confirm", place.name, expect=200)
        place.confirmed = True

    @initialize(data=st.data())
    def know_each_other(self, data: st.DataObject) -> None:
        """Begin with a few people in each other's circles; else most of a life would pass before anything can be hidden."""
        pairs = st.lists(st.sampled_from(chances.strangers(self.life)), max_size=MOST_AT_FIRST, unique=True)
        for owner, member in data.draw(pairs):
            self._confirms(self._accepts(owner, member))

    @_some(chances.strangers)
    def invite_and_accept(self, data: st.DataObject) -> None:
        self._accepts(*data.draw(st.sampled_from(chances.strangers(self.life))))

    @_some(chances.pending)
    def confirm(self, data: st.DataObject) -> None:
        self._confirms(data.draw(st.sampled_from(chances.pending(self.life))))

    @_some(chances.strangers, weight=2)
    def welcome(self, data: st.DataObject) -> None:
        """Invite, accept and confirm at once, so that circles grow."""
        self._confirms(self._accepts(*data.draw(st.sampled_from(chances.strangers(self.life)))))

    @_some(chances.standing)
    def leave(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self.life.standing()))
        self._ask(place.member, "DELETE", "/v1/supporting/{}", place.name, expect=204)
        events.ends(self.life, place)

    @_some(chances.standing)
    def remove(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self.life.standing()))
        self._ask(place.owner, "DELETE", "/v1/circle/{}", place.name, expect=204)
        events.ends(self.life, place)

    @_some(chances.standing, by_owner=st.booleans())
    def block(self, data: st.DataObject, by_owner: bool) -> None:
        place = data.draw(st.sampled_from(self.life.standing()))
        one, other = (place.owner, place.member) if by_owner else (place.member, place.owner)
        self.stage.ask(one, "POST", "/v1/blocks", {"person_id": self.stage.names.ids[other]})
        events.blocks(self.life, one, other)

    @_some(chances.blocks)
    def unblock(self, data: st.DataObject) -> None:
        one, other = data.draw(st.sampled_from(chances.blocks(self.life)))
        self.stage.proves(one)
        self._ask(one, "DELETE", "/v1/blocks/{}", other, expect=204)
        self.life.blocks.remove((one, other))

    @_some(chances.erasable)
    def erase(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(chances.erasable(self.life)))
        self.stage.proves(person)
        self.stage.ask(person, "DELETE", "/v1/me", expect=204)
        events.erases(self.life, person)

    # -------------------------------------------------------------------------------------------------------- reach-outs

    @_some(chances.pressers, weight=3, calm=st.booleans())
    def press(self, data: st.DataObject, calm: bool) -> None:
        """Reach out, or ask calmly, to the whole circle or to some of it."""
        owner = data.draw(st.sampled_from(chances.pressers(self.life)))
        calm = calm and sum(each.calm for each in self.life.reach_outs if each.owner == owner) < MAX_ASKS
        places = data.draw(_some_of(self.life.circle_of(owner)))
        body = {"calm": calm, "to": [self.stage.names.ids[place.name] for place in places]}
        pressed = self.stage.ask(owner, "POST", "/v1/reach-outs", body)
        name = self.stage.named("reach_out", "ask" if calm else "press", pressed["id"])
        events.presses(self.life, name, owner, places, calm=calm)

    @_some(chances.to_press_again, weight=2)
    def press_again(self, data: st.DataObject) -> None:
        """Tell more people, or the same ones again; a calm ask stays one."""
        asked = data.draw(st.sampled_from(chances.to_press_again(self.life)))
        places = data.draw(_some_of(self.life.circle_of(asked.owner)))
        body = {"calm": asked.calm, "to": [self.stage.names.ids[place.name] for place in places]}
        self.stage.ask(asked.owner, "POST", "/v1/reach-outs", body, expect=200)
        events.asks_again(self.life, asked, places)

    @_some(chances.calm_asks)
    def raise_to_press(self, data: st.DataObject) -> None:
        asked = data.draw(st.sampled_from(chances.calm_asks(self.life)))
        self._ask(asked.owner, "POST", "/v1/reach-outs/{}/raise", asked.name, expect=200)
        events.raises(self.life, asked)

    @_some(chances.told, weight=4, kind=st.sampled_from(ANSWERS))
    def answer(self, data: st.DataObject, kind: str) -> None:
        asked, person = data.draw(st.sampled_from(chances.told(self.life)))
        if self._is_announced(asked, person):
            body = {"kind": kind} | ({"minutes": 5} if kind == "soon" else {})
            self._ask(person, "POST", "/v1/reach-outs/{}/answers", asked.name, body)
            events.answers(self.life, asked, person, kind)

    @_some(chances.told, weight=2, by_owner=st.booleans())
    def together(self, data: st.DataObject, by_owner: bool) -> None:
        asked, person = data.draw(st.sampled_from(chances.told(self.life)))
        if self._is_announced(asked, person):
            body = {"person_id": self.stage.names.ids[person]} if by_owner else {}
            speaker = asked.owner if by_owner else person
            self._ask(speaker, "POST", "/v1/reach-outs/{}/together", asked.name, body, expect=200)
            events.says_together(self.life, asked, speaker, person)

    def _is_announced(self, asked: ReachOut, person: str) -> bool:
        """Count what somebody says of one reach-out, and return whether the others hear of it at once."""
        self._said[asked.name, person] += 1
        return self._said[asked.name, person] <= MAX_ANNOUNCED

    @_some(chances.told, weight=4, by_owner=st.booleans())
    def say(self, data: st.DataObject, by_owner: bool) -> None:
        asked, person = data.draw(st.sampled_from(chances.told(self.life)))
        speaker = asked.owner if by_owner else person
        text = self.stage.words()
        self._ask(speaker, "POST", "/v1/reach-outs/{}/messages", asked.name, {"text": text})
        events.says(self.life, asked, speaker, text)

    @_some(chances.open_reach_outs, weight=2)
    def close(self, data: st.DataObject) -> None:
        asked = data.draw(st.sampled_from(chances.open_reach_outs(self.life)))
        self._ask(asked.owner, "POST", "/v1/reach-outs/{}/close", asked.name, {"outcome": "connected"}, expect=200)
        events.closes(self.life, asked)

    # ------------------------------------------------------------------------------------------------- the days between

    @_some(chances.people, weight=2)
    def check_in(self, data: st.DataObject) -> None:
        owner = data.draw(st.sampled_from(self.life.people))
        circle = self.life.circle_of(owner)
        places = data.draw(_some_of(circle)) if circle else []
        body = {"feeling": 2, "share_with": [self.stage.names.ids[place.name] for place in places]}
        written = self.stage.ask(owner, "POST", "/v1/check-ins", body)
        check_in = CheckIn(self.stage.named("check_in", "check-in", written["id"]), owner, [])
        self.life.check_ins.append(check_in)
        events.shares(self.life, check_in, places)

    @_some(chances.to_share, weight=2)
    def share(self, data: st.DataObject) -> None:
        check_in, place = data.draw(st.sampled_from(chances.to_share(self.life)))
        body = {"membership_id": self.stage.names.ids[place.name]}
        self._ask(check_in.owner, "POST", "/v1/check-ins/{}/shares", check_in.name, body)
        events.shares(self.life, check_in, [place])

    @_some(chances.shared)
    def take_back(self, data: st.DataObject) -> None:
        check_in, place = data.draw(st.sampled_from(chances.shared(self.life)))
        path = "/v1/check-ins/{}/shares/" + self.stage.names.ids[place.name]
        self._ask(check_in.owner, "DELETE", path, check_in.name, expect=204)
        events.takes_back(self.life, check_in, place)

    @_some(chances.practisers)
    def practise(self, data: st.DataObject) -> None:
        owner = data.draw(st.sampled_from(chances.practisers(self.life)))
        begun = self.stage.ask(owner, "POST", "/v1/practices", {})
        events.practises(self.life, self.stage.named("practice", "practice", begun["id"]), owner)
