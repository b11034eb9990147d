"""What can happen next: for each event, those with whom it can, in the order in which they came about."""

from tests.model.life import CheckIn, Life, Place, ReachOut

FEWEST = 3
"""So many people at least keep their accounts: with fewer, little can happen."""


def people(life: Life) -> list[str]:
    return life.people


def erasable(life: Life) -> list[str]:
    return life.people if len(life.people) > FEWEST else []


def strangers(life: Life) -> list[tuple[str, str]]:
    """Pairs of whom the first can invite the second."""
    return [
        (owner, member)
        for owner in life.people
        for member in life.others(owner)
        if life.place_of(owner, member) is None and not life.kept_apart(owner, member)
    ]


def pending(life: Life) -> list[Place]:
    return [place for place in life.standing() if not place.confirmed]


def standing(life: Life) -> list[Place]:
    return life.standing()


def blocks(life: Life) -> list[tuple[str, str]]:
    """Blocks that can be taken back: both people still are there."""
    return sorted((one, other) for one, other in life.blocks if {one, other} <= set(life.people))


def pressers(life: Life) -> list[str]:
    return [person for person in life.people if life.circle_of(person) and life.open_reach_out_of(person) is None]


def open_reach_outs(life: Life) -> list[ReachOut]:
    return [each for each in life.reach_outs if each.open]


def calm_asks(life: Life) -> list[ReachOut]:
    return [each for each in open_reach_outs(life) if each.calm]


def to_press_again(life: Life) -> list[ReachOut]:
    return [each for each in open_reach_outs(life) if life.circle_of(each.owner)]


def told(life: Life) -> list[tuple[ReachOut, str]]:
    """Everybody who was told of an open reach-out."""
    return [(each, person) for each in open_reach_outs(life) for person, _ in each.here()]


def to_share(life: Life) -> list[tuple[CheckIn, Place]]:
    return [
        (each, place) for each in life.check_ins for place in life.circle_of(each.owner) if place not in each.shares
    ]


def shared(life: Life) -> list[tuple[CheckIn, Place]]:
    return [(each, place) for each in life.check_ins for place in each.readers()]


def practisers(life: Life) -> list[str]:
    """Those who have begun no practice yet: the next one is a week away."""
    begun = {each.owner for each in life.practices}
    return [person for person in pressers(life) if person not in begun]
