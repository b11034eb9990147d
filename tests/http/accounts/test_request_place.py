"""The place of a request, as sign-in limits see it: one per household, however its address is written."""

import pytest
from starlette.requests import Request

from api.login_throttle import request_place


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:208", "192.0.2.8"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, "nowhere"),
    ],
)
def test_request_place(address: str | None, place: str) -> None:
    client = None if address is None else (address, 50000)
    assert request_place(Request({"type": "http", "client": client})) == place
