"""What each event of the machine changes in the model: who is told, and whose things end."""

from tests.model.life import CheckIn, Life, Notice, Place, Practice, ReachOut, Told


def accepts(life: Life, place: Place) -> None:
    life.places.append(place)
    _tell(life, place.owner, "invitation_accepted", place.member, None, place)


def presses(life: Life, name: str, owner: str, places: list[Place], *, calm: bool) -> None:
    """All whom it names are told at once: nobody here has hours, or a phone that a ladder could wait for."""
    told = {place.member: Told(place) for place in places}
    life.reach_outs.append(ReachOut(name, owner, calm, told))
    for place in places:
        _tell(life, place.member, "calm" if calm else "reach_out", owner, name, place)


def asks_again(life: Life, asked: ReachOut, added: list[Place]) -> None:
    """Somebody who was told already stays told; somebody who has left and returned is told anew."""
    for place in added:
        if not asked.told_of(place.member):
            asked.told[place.member] = Told(place)
            _tell(life, place.member, "calm" if asked.calm else "reach_out", asked.owner, asked.name, place)
    if not asked.calm:
        _waits_anew(asked)


def raises(life: Life, asked: ReachOut) -> None:
    """A calm ask becomes a press to the whole circle; what was answered to it is still shown to the person."""
    asked.calm = False
    before = dict(asked.here())
    for place in life.circle_of(asked.owner):
        earlier = before.get(place.member)
        asked.told[place.member] = Told(place, calm_answer=earlier.answer if earlier else None)
        _tell(life, place.member, "reach_out", asked.owner, asked.name, place)
    _waits_anew(asked)


def answers(life: Life, asked: ReachOut, person: str, kind: str) -> None:
    """The person learns of it; the others who were told learn of the first one who is there. A calm ask tells the person alone."""
    told = asked.told[person]
    stood, first = told.stands, asked.waiting and not asked.calm
    told.answer, told.holds = kind, kind != "cannot"
    if not told.stands:
        asked.reconsider()
        return
    asked.waiting = False
    if not stood or first:
        _tell(life, asked.owner, "answered", person, asked.name, told.place)
    for other, fellow in asked.here() if first else ():
        if other != person and not life.kept_apart(other, person):
            _tell(life, other, "answered", person, asked.name, fellow.place, told.place)


def says_together(life: Life, asked: ReachOut, person: str, partner: str) -> None:
    """The person's own word makes it so; a recipient's asks the person. Either counts as an answer."""
    if not asked.told[partner].stands or (person == partner and asked.waiting and not asked.calm):
        answers(life, asked, partner, "calling")
    if person == asked.owner:
        asked.together, asked.waiting = partner, False
    elif not asked.calm and asked.together is None:
        _tell(life, asked.owner, "are_you_talking", person, asked.name, asked.told[person].place)


def says(life: Life, asked: ReachOut, person: str, text: str) -> None:
    """The person's words go to everybody told, a recipient's to the person alone."""
    asked.messages.append((person, text))
    if person != asked.owner:
        _tell(life, asked.owner, "message", person, asked.name, asked.told[person].place)
        return
    for other, told in asked.here():
        _tell(life, other, "message", person, asked.name, told.place)


def closes(life: Life, asked: ReachOut) -> None:
    """Everybody told gets the all-clear; of a calm ask only those who said yes."""
    asked.open, asked.together = False, None
    for person, told in asked.here():
        if told.stands or not asked.calm:
            _tell(life, person, "all_clear", asked.owner, asked.name, told.place)


def shares(life: Life, check_in: CheckIn, places: list[Place]) -> None:
    for place in places:
        check_in.shares.append(place)
        _tell(life, place.member, "check_in", check_in.owner, check_in.name, place)


def takes_back(life: Life, check_in: CheckIn, place: Place) -> None:
    check_in.shares.remove(place)
    life.notices = [each for each in life.notices if (each.to, each.about) != (place.member, check_in.name)]


def removes_check_in(life: Life, check_in: CheckIn) -> None:
    life.check_ins.remove(check_in)
    life.notices = [each for each in life.notices if each.about != check_in.name]


def practises(life: Life, name: str, owner: str) -> None:
    members = life.circle_of(owner)
    life.practices.append(Practice(name, owner, members))
    for place in members:
        _tell(life, place.member, "practice", owner, name, place)


def ends(life: Life, place: Place) -> None:
    """Whoever leaves or is removed sees nothing more of it, and nobody is told."""
    place.ended = True
    life.notices = [each for each in life.notices if place not in each.places]
    for each in life.reach_outs:
        if each.owner == place.owner:
            each.reconsider()


def blocks(life: Life, person: str, other: str) -> None:
    for place in life.between(person, other):
        ends(life, place)
    life.blocks.add((person, other))
    life.notices = [each for each in life.notices if {each.to, each.sender} != {person, other}]


def erases(life: Life, person: str) -> None:
    """Nothing of theirs is left with anybody."""
    for place in life.standing():
        if person in {place.owner, place.member}:
            ends(life, place)
    life.people.remove(person)
    life.reach_outs = [each for each in life.reach_outs if each.owner != person]
    life.check_ins = [each for each in life.check_ins if each.owner != person]
    life.practices = [each for each in life.practices if each.owner != person]
    life.notices = [each for each in life.notices if person not in {each.to, each.sender}]
    for each in life.reach_outs:
        each.messages = [(sender, text) for sender, text in each.messages if sender != person]


def _waits_anew(asked: ReachOut) -> None:
    """Whoever presses again asks everybody anew, whatever was answered before."""
    asked.waiting, asked.together = True, None
    for told in asked.told.values():
        told.holds = False


def _tell(life: Life, to: str, kind: str, sender: str, about: str | None, *places: Place) -> None:
    life.notices.append(Notice(to, kind, sender, about, list(places)))
