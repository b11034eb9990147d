"""Who makes room when there are too many connections, and how many there may be."""

import pytest

from cli.descriptors import share
from cli.door import PROXIES, Doing, Door, Guest


class Full:
    """A door with few places, and what came of those who stood in it."""

    def __init__(self, most: int = 6, at_one_place: int = 3) -> None:
        self.gave_up: list[Doing] = []
        self.closed: list[Guest] = []
        self.door = Door(most, ["10.0.0.0/8"], self.gave_up.append, at_one_place)

    def comes(self, host: str, doing: Doing = Doing.ARRIVING) -> Guest:
        made = Guest(self.door.place(host), lambda: self.closed.append(made))
        self.door.enter(made)
        self.door.does(made, doing)
        return made


def test_a_full_place_gives_up_its_oldest_request_that_is_not_whole_and_refuses_nobody() -> None:
    full = Full()
    stream = full.comes("192.0.2.1", Doing.STREAMING)
    first, second = full.comes("192.0.2.1"), full.comes("192.0.2.1")
    full.comes("192.0.2.1", Doing.SERVED)
    assert full.closed == [first]
    full.comes("192.0.2.1", Doing.SERVED)
    assert full.closed == [first, second]
    full.comes("192.0.2.1", Doing.SERVED)
    assert full.closed == [first, second, stream]
    assert full.gave_up == [Doing.ARRIVING, Doing.ARRIVING, Doing.STREAMING]


def test_what_is_worked_at_is_never_given_up_for_its_place() -> None:
    full = Full()
    for _ in range(5):
        full.comes("192.0.2.1", Doing.SERVED)
    assert full.closed == []
    assert full.door.count == 5


def test_when_all_are_too_many_the_fullest_place_makes_room() -> None:
    full = Full()
    alone = full.comes("192.0.2.9")
    greedy = [full.comes("192.0.2.1") for _ in range(3)]
    others = [full.comes(f"192.0.2.{host}") for host in (2, 3)]
    full.comes("192.0.2.4", Doing.SERVED)
    assert full.closed == [greedy[0]]
    assert not {alone, *others} & set(full.closed)
    assert full.door.count == 6


def test_a_household_is_one_place_and_so_is_an_address_however_it_is_written() -> None:
    door = Full().door
    assert door.place("2001:db8:1:2::1") == door.place("2001:db8:1:2:ffff::9") != door.place("2001:db8:1:3::1")
    assert door.place("::ffff:192.0.2.1") == door.place("192.0.2.1") != door.place("192.0.2.2")


def test_behind_a_proxy_whoever_is_forwarded_has_the_place() -> None:
    full = Full()
    waiting = [full.comes("10.1.2.3") for _ in range(4)]
    assert {guest.place for guest in waiting} == {PROXIES}
    assert full.closed == []
    for guest in waiting:
        full.door.does(guest, Doing.STREAMING)
        full.door.comes_from(guest, "192.0.2.1")
    assert full.closed == [waiting[0]]
    full.door.comes_from(waiting[3], PROXIES)
    full.door.leave(waiting[3])
    full.door.leave(waiting[3])
    assert full.door.count == 2


@pytest.mark.parametrize(("limit", "connections"), [(1024, 652), (4096, 3468), (20_000, 10_000), (1_048_576, 10_000)])
def test_descriptors_are_kept_for_the_database_for_pushes_and_for_those_who_are_arriving(
    limit: int, connections: int
) -> None:
    assert share(limit, 20).connections == connections
