"""The connection limit: which connection is closed when there are too many, and how many there may be."""

import pytest

from cli.connection_limit import PROXY_PLACE, Activity, ConnectionLimit, OpenConnection
from cli.descriptors import share


class FullLimit:
    """A low connection limit, and the connections it closed."""

    def __init__(self, max_connections: int = 6, max_per_place: int = 3) -> None:
        self.closed_activities: list[Activity] = []
        self.closed: list[OpenConnection] = []
        self.limit = ConnectionLimit(max_connections, ["10.0.0.0/8"], self.closed_activities.append, max_per_place)

    def connect(self, host: str, activity: Activity = Activity.ARRIVING) -> OpenConnection:
        connection = OpenConnection(self.limit.place(host), lambda: self.closed.append(connection))
        self.limit.add(connection)
        self.limit.set_activity(connection, activity)
        return connection


def test_a_full_place_closes_its_oldest_incomplete_request_first() -> None:
    full = FullLimit()
    stream = full.connect("192.0.2.1", Activity.STREAMING)
    first, second = full.connect("192.0.2.1"), full.connect("192.0.2.1")
    full.connect("192.0.2.1", Activity.SERVED)
    assert full.closed == [first]
    full.connect("192.0.2.1", Activity.SERVED)
    assert full.closed == [first, second]
    full.connect("192.0.2.1", Activity.SERVED)
    assert full.closed == [first, second, stream]
    assert full.closed_activities == [Activity.ARRIVING, Activity.ARRIVING, Activity.STREAMING]


def test_a_request_being_served_is_never_closed() -> None:
    full = FullLimit()
    for _ in range(5):
        full.connect("192.0.2.1", Activity.SERVED)
    assert full.closed == []
    assert full.limit.count == 5


def test_over_the_total_limit_the_fullest_place_loses_a_connection() -> None:
    full = FullLimit()
    alone = full.connect("192.0.2.9")
    greedy = [full.connect("192.0.2.1") for _ in range(3)]
    others = [full.connect(f"192.0.2.{host}") for host in (2, 3)]
    full.connect("192.0.2.4", Activity.SERVED)
    assert full.closed == [greedy[0]]
    assert not {alone, *others} & set(full.closed)
    assert full.limit.count == 6


def test_a_household_and_every_spelling_of_an_address_are_one_place() -> None:
    limit = FullLimit().limit
    assert limit.place("2001:db8:1:2::1") == limit.place("2001:db8:1:2:ffff::9") != limit.place("2001:db8:1:3::1")
    assert limit.place("::ffff:192.0.2.1") == limit.place("192.0.2.1") != limit.place("192.0.2.2")


def test_behind_a_proxy_the_forwarded_address_is_the_place() -> None:
    full = FullLimit()
    waiting = [full.connect("10.1.2.3") for _ in range(4)]
    assert {connection.place for connection in waiting} == {PROXY_PLACE}
    assert full.closed == []
    for connection in waiting:
        full.limit.set_activity(connection, Activity.STREAMING)
        full.limit.set_place(connection, "192.0.2.1")
    assert full.closed == [waiting[0]]
    full.limit.set_place(waiting[3], PROXY_PLACE)
    full.limit.remove(waiting[3])
    full.limit.remove(waiting[3])
    assert full.limit.count == 2


@pytest.mark.parametrize(("limit", "connections"), [(1024, 652), (4096, 3468), (20_000, 10_000), (1_048_576, 10_000)])
def test_descriptors_are_reserved_for_database_pushes_and_new_connections(limit: int, connections: int) -> None:
    assert share(limit, 20).connections == connections
