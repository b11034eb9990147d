"""Presses whose body cannot be read to the letter: what a press can do without refuses none."""

import pytest

from tests.world.world import World


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "text/plain"])
async def test_an_odd_value_does_not_get_a_press_refused(world: World, content_type: str) -> None:
    maya, _ = await world.circle("sponsor")
    nested = b"[" * 5000 + b"]" * 5000
    odd: tuple[tuple[bytes, str | None], ...] = (
        (b'{"note": "Caf\xe9", "hat": 1}', "Caf\ufffd"),
        (b'{"note": "Come,\nplease\x00"}', "Come,\nplease"),
        (b'{"note": "Hi", "hat": ' + b"9" * 5000 + b"}", "Hi"),
        (b'{"note": "Hi", "hat": -' + b"9" * 5000 + b', "pressed_at": 5}', "Hi"),
        # What stands beside it cannot be read any more: everyone is told, without a note.
        (b'{"note": "Hi", "to": ["x"], "hat": ' + nested + b"}", None),
        (b" \r\n", None),
        (b"null", None),
    )
    for body, note in odd:
        headers = {"Content-Type": content_type}
        pressed = await maya.ask("POST", "/v1/reach-outs", body, 201, headers=headers)
        assert (pressed["note"], len(pressed["recipients"])) == (note, 1)
        world.reach_out = pressed["id"]
        await maya.close()
