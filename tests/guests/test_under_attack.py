"""A guest's links, codes and forms in the wrong hands, twice, and in the same moment."""

import pytest
from sqlalchemy import select

from models import Answer, GuestSession, Message
from tests.channels.gateways import ChannelWorld, Gateways
from tests.guests.guest import NUMBER, guest_of, says_yes
from tests.guests.phone_without_app import PhoneWithoutApp
from tests.guests.test_pages import told
from tests.world.race import race

ACCOUNT = {"sign_in_name": "uncle.sam", "passphrase": "a lantern by the window"}
PREFETCHES = [
    ("GET", {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}),
    ("HEAD", {}),
    ("OPTIONS", {}),
    ("GET", {"User-Agent": "Microsoft-Outlook-SafeLinks/1.0"}),
]


@pytest.mark.parametrize(("method", "headers"), PREFETCHES)
async def test_looking_ahead_opens_and_says_nothing(world: ChannelWorld, method: str, headers: dict[str, str]) -> None:
    maya, guest, phone = await told(world)
    sessions = await world.count("guest_sessions")
    path = f"/g/{world.reach_out}"
    for page in (
        f"/#/g/{guest.secrets()[-1]}",
        f"/g/{guest.secrets()[-1]}",
        path,
        f"{path}/answer?kind=calling",
        f"{path}/quiet?for=week",
        "/g/me/leave",
        "/g/me/account",
    ):
        await phone.http.request(method, page, headers=headers)
    assert await world.count("guest_sessions") == sessions
    assert await world.rows(select(Answer.id)) == []
    [row] = await maya.circle()
    assert row["available_now"] is True
    assert (await maya.reach_out())["recipients"][0]["state"] == "handed"


async def test_the_same_form_twice_in_the_same_moment(world: ChannelWorld) -> None:
    maya, _, phone = await told(world)
    path = f"/g/{world.reach_out}"
    await phone.get(path)
    key = phone.page.split('name="key" value="')[1].split('"')[0]
    token = phone.page.split('name="token" value="')[1].split('"')[0]

    async def posts(action: str, **fields: str) -> int:
        return (await phone.http.post(f"{path}/{action}", data={"token": token} | fields)).status_code

    mode = "recipients IN SHARE ROW EXCLUSIVE"
    assert await race(world, mode, *(posts("answer", kind="calling", key=key) for _ in range(2))) == [200] * 2
    mode = "messages IN SHARE ROW EXCLUSIVE"
    assert await race(world, mode, *(posts("message", text="Coming.", key=key) for _ in range(2))) == [200] * 2
    assert len(await world.rows(select(Message.id))) == 1
    assert len(await world.rows(select(Answer.id))) == 1, "shaking hands send a form twice"
    # Another button of the same form is another answer.
    assert await posts("answer", kind="soon", key=key) == 200
    assert [one["answer"] for one in (await maya.reach_out())["recipients"]] == ["soon"]


async def test_one_code_lets_in_once_also_at_the_same_moment(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    guest = await says_yes(world, maya)
    await world.settle()
    code = gateways.code(guest.kind, guest.address)
    path = f"/v1/channels/{guest.channel_id}/confirm"
    replies = await race(
        world, "channels IN SHARE ROW EXCLUSIVE", *(guest.send("POST", path, {"code": code}) for _ in range(2))
    )
    assert [reply.status_code for reply in replies] == [200] * 2, "a form sent twice has joined"
    assert len(await maya.circle()) == 1
    assert [notice["kind"] for notice in await maya.inbox()] == ["invitation_accepted"]
    assert await world.count("channels") == 1


async def test_two_guests_with_one_number_at_the_same_moment(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    first, second = await says_yes(world, maya), await says_yes(world, maya)
    await world.settle()
    codes = [text for text in gateways.texts("sms", NUMBER) if "code" in text.lower()]
    assert len(codes) == 2
    channel_codes = [text.split(": ")[1].rstrip(".") for text in codes]
    replies = await race(
        world,
        "people IN SHARE ROW EXCLUSIVE",
        *(
            guest.send("POST", f"/v1/channels/{guest.channel_id}/confirm", {"code": code})
            for guest, code in zip((first, second), channel_codes, strict=True)
        ),
    )
    assert sorted(reply.status_code for reply in replies) == [200, 409]
    assert len(await maya.circle()) == 1


async def test_an_account_and_leaving_at_the_same_moment(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    code = await guest.fresh_code()
    replies = await race(
        world,
        "people IN SHARE ROW EXCLUSIVE",
        guest.send("POST", "/v1/me/account", {"code": code, **ACCOUNT}),
        guest.send("DELETE", f"/v1/supporting/{guest.membership_id}"),
    )
    made, left = (reply.status_code for reply in replies)
    assert (made, left) in {(201, 401), (201, 404), (404, 204), (401, 204)}, "one of the two, whole"
    assert len(await maya.circle()) == (1 if made == 201 else 0)
    assert await world.rows(select(GuestSession.id)) == []


async def test_a_code_makes_one_account(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    code = await guest.fresh_code()
    replies = await race(
        world,
        "people IN SHARE ROW EXCLUSIVE",
        *(
            guest.send("POST", "/v1/me/account", {"code": code, **ACCOUNT, "sign_in_name": name})
            for name in ("sam.one", "sam.two")
        ),
    )
    assert sorted(reply.status_code for reply in replies) in ([201, 401], [201, 404], [201, 409])
    assert await world.count("people") == 2


async def test_answering_and_being_removed_at_the_same_moment(world: ChannelWorld) -> None:
    maya, guest, phone = await told(world)
    await guest.opens()
    answered, removed = await race(
        world,
        "recipients IN SHARE ROW EXCLUSIVE",
        guest.send("POST", f"/v1/reach-outs/{world.reach_out}/answers", {"kind": "calling"}),
        maya.send("DELETE", f"/v1/circle/{guest.membership_id}"),
    )
    assert removed.status_code == 204
    assert answered.status_code in {201, 404}
    assert await maya.circle() == []
    assert (await maya.reach_out())["state"] == "waiting", "nobody who can come has answered"
    await guest.reach_out(expect=404)
    await phone.get(f"/g/{world.reach_out}", 404)


async def test_guesses_are_bounded_and_no_page_gives_more(world: ChannelWorld, gateways: Gateways) -> None:
    """Five guesses a code and three codes in half an hour, whichever way they are asked for."""
    _, guest, phone = await told(world)
    path = f"/g/{world.reach_out}"
    await phone.get(f"{path}/more")
    sent = len([text for text in gateways.texts("sms", NUMBER) if "code" in text.lower()])
    await phone.sends(f"{path}/code")
    await world.settle()
    code = gateways.code("sms", NUMBER)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for left in (4, 3, 2, 1, 0):
        await phone.sends(f"{path}/more", 422, code=wrong)
        assert f"You have {left} more tries." in phone.page
    await phone.sends(f"{path}/more", 422, code=code)
    assert "This code is over." in phone.page
    await guest.opens()
    guesses = [await guest.opens(code=code, expect=409) for _ in range(2)]
    assert {problem["type"] for problem in guesses} == {"/problems/code-not-valid"}
    tries = [
        (
            await phone.http.post(
                f"{path}/code", data={"token": phone.page.split('name="token" value="')[1].split('"')[0]}
            )
        ).status_code
        for _ in range(4)
    ]
    assert tries[-1] == 429
    await world.settle()
    assert len([text for text in gateways.texts("sms", NUMBER) if "code" in text.lower()]) <= sent + 2 < 4


async def test_a_used_code_opens_nothing_again(world: ChannelWorld) -> None:
    _, guest, _ = await told(world)
    await guest.opens()
    code = await guest.fresh_code()
    await guest.opens(code=code)
    assert (await guest.opens(code=code, expect=409))["type"] == "/problems/code-not-valid"
    # That of another guest is no code of theirs.
    ben = await world.person("Ben")
    other = await guest_of(world, ben, "email")
    foreign = await other.fresh_code()
    assert (await guest.opens(code=foreign, expect=409))["type"] == "/problems/code-not-valid"


async def test_a_form_of_one_guest_sends_nothing_for_another(world: ChannelWorld, gateways: Gateways) -> None:
    maya, _, phone = await told(world)
    first = world.reach_out
    ben = await world.person("Ben")
    guest = await guest_of(world, ben, "email")
    await ben.press()
    await world.settle()
    stranger = PhoneWithoutApp(world)
    await stranger.opens(guest.secrets()[-1])
    token = stranger.page.split('name="token" value="')[1].split('"')[0]
    for action, fields in (
        ("answer", {"kind": "calling"}),
        ("message", {"text": "Hello"}),
        ("quiet", {"for": "week"}),
        ("code", {}),
        ("more", {"code": "123456"}),
    ):
        for sender in (stranger, phone):
            reply = await sender.http.post(f"/g/{first}/{action}", data={"token": token} | fields)
            assert reply.status_code == 404, action
    assert await world.rows(select(Answer.id)) == []
    assert (await maya.circle())[0]["available_now"] is True


async def test_an_owner_does_not_stand_in_their_own_circle_as_a_guest(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    channel = await maya.post("/v1/channels", {"kind": "sms", "address": NUMBER}, expect=201)
    await world.settle()
    await maya.post(f"/v1/channels/{channel['id']}/confirm", {"code": gateways.code("sms", NUMBER)}, expect=200)
    guest = await says_yes(world, maya)
    assert (await guest.confirms(expect=409))["type"] == "/problems/address-in-circle"


async def test_odd_forms_change_nothing(world: ChannelWorld) -> None:
    maya, _, phone = await told(world)
    path = f"/g/{world.reach_out}"
    token = phone.page.split('name="token" value="')[1].split('"')[0]
    bodies: list[bytes] = [
        b"",
        b"\xff\xfe",
        b"kind=calling",
        f"token={token}".encode(),
        f"token={token}&kind=%00".encode(),
        f"token={token}&kind=CALLING".encode(),
        f"token={token}&kind=calling&kind=nothing".encode(),
        f"token={token}&".encode() + b"&".join(b"a%d=1" % number for number in range(60)),
        f"token={token}&kind=calling\0".encode(),
        b"token=" + b"x" * 60_000,
        b'{"token": "' + token.encode() + b'"}',
    ]
    for body in bodies:
        for action in ("answer", "message", "quiet", "more", "nowhere"):
            reply = await phone.http.post(
                f"{path}/{action}", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
            )
            assert reply.status_code in {200, 400, 404, 405, 422}, (action, body, reply.status_code, reply.text[-300:])
    assert await world.rows(select(Answer.id)) == []
    assert await world.rows(select(Message.id)) == []
    assert len(await maya.circle()) == 1


@pytest.mark.parametrize("pasted", ["\u6f22" * 20, "\u0663" * 20, "\u00e9" * 20, "x" * 400, "a;b=c" * 5, "\0" * 20, ""])
async def test_whatever_is_pasted_instead_of_a_link_gets_a_page(world: ChannelWorld, pasted: str) -> None:
    phone = PhoneWithoutApp(world)
    await phone.is_invited(pasted, 404)
    await phone.opens(pasted, 404)


async def test_nobody_who_was_removed_or_is_invited_no_more_is_sent_a_code(world: ChannelWorld) -> None:
    maya, guest, phone = await told(world)
    await guest.opens()
    await phone.get(f"/g/{world.reach_out}/more")
    await maya.delete(f"/v1/circle/{guest.membership_id}")
    await guest.ask("POST", "/v1/me/code", expect=404)
    await phone.sends(f"/g/{world.reach_out}/code", 404)
    ben = await world.person("Ben")
    invited = await says_yes(world, ben, "email")
    [invitation] = (await ben.get("/v1/invitations"))["items"]
    await invited.ask("POST", "/v1/me/code", expect=201)
    await ben.delete(f"/v1/invitations/{invitation['id']}")
    await invited.ask("POST", "/v1/me/code", expect=404)
