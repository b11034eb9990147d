"""Open connections by client address, and which of them is closed when there are too many."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address, ip_network
from typing import Final

from core.places import place_of

MAX_PER_PLACE: Final = 1000
"""Connections of one address: a clinic with hundreds of phones behind it."""
PROXIES: Final = "proxies"
"""The place of connections from trusted proxies, until a request says for whom; it has no bound of its own."""


class Doing(IntEnum):
    """What a connection is busy with, in the order in which connections are closed to make room."""

    ARRIVING = 0
    """A request that is not complete yet, or none so far."""
    STREAMING = 1
    """A reply that has begun and goes on: an event stream, or somebody who does not read."""
    IDLE = 2
    """Between two requests."""
    SERVED = 3
    """A complete request is being served: a press, perhaps."""


@dataclass(slots=True, eq=False)
class Guest:
    """One open connection; `abort` closes it now."""

    place: str
    abort: Callable[[], None]
    doing: Doing = Doing.ARRIVING


class Door:
    """A new connection is never refused: an older one makes room for it.

    Within a place the oldest of the least useful is closed first, and never one whose request is being served. When all
    places together hold too many, the fullest place gives one up.
    """

    def __init__(
        self, most: int, proxies: Sequence[str], gave_up: Callable[[Doing], None], at_one_place: int = MAX_PER_PLACE
    ) -> None:
        self._most = most
        self._at_one_place = min(at_one_place, most)
        self._proxies = [ip_network(proxy) for proxy in proxies]
        self._gave_up = gave_up
        self._places: defaultdict[str, list[OrderedDict[Guest, None]]] = defaultdict(
            lambda: [OrderedDict() for _ in Doing]
        )
        self.count = 0

    def place(self, host: str) -> str:
        """Return the place that a connection from this address belongs to."""
        try:
            address = ip_address(host)
        except ValueError:
            return host
        return PROXIES if any(address in network for network in self._proxies) else place_of(host)

    def enter(self, guest: Guest) -> None:
        if guest.place != PROXIES and self._held(guest.place) >= self._at_one_place:
            self._give_up(guest.place, list(Doing)[: Doing.SERVED])
        if self.count >= self._most:
            self._give_up(max(self._places, key=self._held), list(Doing))
        self._places[guest.place][guest.doing][guest] = None
        self.count += 1

    def leave(self, guest: Guest) -> None:
        """Forget a closed connection; one that has left already is ignored."""
        if not self._has(guest):
            return
        at = self._places[guest.place]
        del at[guest.doing][guest]
        self.count -= 1
        if not any(at):
            del self._places[guest.place]

    def does(self, guest: Guest, doing: Doing) -> None:
        """Note what the connection does from now on."""
        if doing is guest.doing or not self._has(guest):
            guest.doing = doing
            return
        at = self._places[guest.place]
        del at[guest.doing][guest]
        guest.doing = doing
        at[doing][guest] = None

    def comes_from(self, guest: Guest, place: str) -> None:
        """Note for whom the connection is at present, as a trusted proxy says."""
        if place == guest.place or not self._has(guest):
            return
        self.leave(guest)
        guest.place = place
        self.enter(guest)

    def _has(self, guest: Guest) -> bool:
        at = self._places.get(guest.place)
        return at is not None and guest in at[guest.doing]

    def _held(self, place: str) -> int:
        at = self._places.get(place)
        return 0 if at is None else sum(map(len, at))

    def _give_up(self, place: str, what: Sequence[Doing]) -> None:
        for doing in what:
            guests = self._places[place][doing]
            if guests:
                oldest = next(iter(guests))
                self.leave(oldest)
                self._gave_up(doing)
                oldest.abort()
                return
