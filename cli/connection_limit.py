"""Limits open connections, in all and per client address, and chooses which one is closed to make room for a new one."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address, ip_network
from typing import Final

from core.places import place_of

MAX_CONNECTIONS_PER_PLACE: Final = 1000
"""Connections from one address: a clinic may have hundreds of phones behind it."""
PROXY_PLACE: Final = "proxies"
"""The place of connections from trusted proxies until a request names the client; it has no limit of its own."""


class Activity(IntEnum):
    """What a connection is doing, in the order in which connections are closed to make room."""

    ARRIVING = 0
    """Receiving a request that is not complete yet, or nothing so far."""
    STREAMING = 1
    """Sending a reply that has begun: an event stream, or a client that does not read."""
    IDLE = 2
    """Between two requests."""
    SERVED = 3
    """A complete request is being served: a press, perhaps."""


@dataclass(slots=True, eq=False)
class OpenConnection:
    """An open connection; `abort` closes it immediately."""

    place: str
    abort: Callable[[], None]
    activity: Activity = Activity.ARRIVING


class ConnectionLimit:
    """Accepts every new connection and closes an older one where there are too many.

    Within a place, the oldest connection with the least useful activity is closed first, never one whose request is being
    served. When the total is reached, the place with the most connections loses one.
    """

    def __init__(
        self,
        max_connections: int,
        proxies: Sequence[str],
        on_closed: Callable[[Activity], None],
        max_per_place: int = MAX_CONNECTIONS_PER_PLACE,
    ) -> None:
        self._max_connections = max_connections
        self._max_per_place = min(max_per_place, max_connections)
        self._proxies = [ip_network(proxy) for proxy in proxies]
        self._on_closed = on_closed
        self._places: defaultdict[str, list[OrderedDict[OpenConnection, None]]] = defaultdict(
            lambda: [OrderedDict() for _ in Activity]
        )
        self.count = 0

    def place(self, host: str) -> str:
        """Return the place that a connection from this address belongs to."""
        try:
            address = ip_address(host)
        except ValueError:
            return host
        return PROXY_PLACE if any(address in network for network in self._proxies) else place_of(host)

    def add(self, connection: OpenConnection) -> None:
        """Count a new connection; close another one where that makes too many."""
        if connection.place != PROXY_PLACE and self._count_at(connection.place) >= self._max_per_place:
            self._close_oldest(connection.place, list(Activity)[: Activity.SERVED])
        if self.count >= self._max_connections:
            self._close_oldest(max(self._places, key=self._count_at), list(Activity))
        self._places[connection.place][connection.activity][connection] = None
        self.count += 1

    def remove(self, connection: OpenConnection) -> None:
        """Stop counting a closed connection; does nothing when it was removed before."""
        if not self._counts(connection):
            return
        by_activity = self._places[connection.place]
        del by_activity[connection.activity][connection]
        self.count -= 1
        if not any(by_activity):
            del self._places[connection.place]

    def set_activity(self, connection: OpenConnection, activity: Activity) -> None:
        """Record what the connection does from now on."""
        if activity is connection.activity or not self._counts(connection):
            connection.activity = activity
            return
        by_activity = self._places[connection.place]
        del by_activity[connection.activity][connection]
        connection.activity = activity
        by_activity[activity][connection] = None

    def set_place(self, connection: OpenConnection, place: str) -> None:
        """Record the place of the client that the connection currently serves, as a trusted proxy reports it."""
        if place == connection.place or not self._counts(connection):
            return
        self.remove(connection)
        connection.place = place
        self.add(connection)

    def _counts(self, connection: OpenConnection) -> bool:
        by_activity = self._places.get(connection.place)
        return by_activity is not None and connection in by_activity[connection.activity]

    def _count_at(self, place: str) -> int:
        by_activity = self._places.get(place)
        return 0 if by_activity is None else sum(map(len, by_activity))

    def _close_oldest(self, place: str, activities: Sequence[Activity]) -> None:
        """Close the oldest connection at `place` that does the first of `activities` that any of them does."""
        for activity in activities:
            connections = self._places[place][activity]
            if connections:
                oldest = next(iter(connections))
                self.remove(oldest)
                self._on_closed(activity)
                oldest.abort()
                return
