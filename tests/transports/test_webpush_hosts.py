"""The allow-list of push endpoints: the known push services, and attempts to get around it."""

import pytest

from core.webpush_hosts import DEFAULT_HOSTS, allowed_endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91b-_x",
        "https://fcm.googleapis.com:443/wp/abc",
        "https://FCM.googleapis.com/wp/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://eu.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://web.push.apple.com/QGuQ",
        "https://api.push.apple.com/x",
        "https://wns2-par02p.notify.windows.com/w/?token=BQ%3d%3d",
        "https://web.push.apple.com",
        "https://ntfy.sh/upAbCdEfGhIjKl?up=1",
        "https://up.conversations.im/push/0123-abcd",
    ],
)
def test_the_known_push_services_are_allowed(endpoint: str) -> None:
    assert allowed_endpoint(endpoint, DEFAULT_HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "fcm.googleapis.com/x",
        "http://fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "//fcm.googleapis.com/x",
        "https:fcm.googleapis.com/x",
        "https:///fcm.googleapis.com/x",
        "https://evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://evil.example?fcm.googleapis.com",
        "https://evil.example#fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://sub.fcm.googleapis.com/x",
        "https://user@fcm.googleapis.com/x",
        "https://user:pass@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com:443@evil.example/x",
        "https://evil.example\\@fcm.googleapis.com/x",
        "https://fcm.googleapis.com\\evil.example/x",
        "https://fcm.googleapis.com/x#fragment",
        "https://fcm.googleapis.com/x#",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:80/x",
        "https://fcm.googleapis.com:/x",
        "https://fcm.googleapis.com:0443443/x",
        "https://fcm.googleapis.com:4４3/x",
        "https://fcm.googleapis.com./x",
        "https://fcm.googleapis.com%2eevil.example/x",
        "https://fcm%2egoogleapis.com/x",
        "https://ﬁcm.googleapis.com/x",
        "https://fcm。googleapis。com/x",
        " https://fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x\n",
        "https://fcm.googleapis.com/x y",
        "https://fcm.google\tapis.com/x",
        "https://fcm.googleapis.com/é",
        "https://push.apple.com/x",
        "https://evilpush.apple.com/x",
        "https://.push.apple.com/x",
        "https://notify.windows.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://localhost/x",
        "https://fcm.googleapis.com/" + "x" * 3000,
    ],
)
def test_every_other_endpoint_is_refused(endpoint: str) -> None:
    assert not allowed_endpoint(endpoint, DEFAULT_HOSTS)


@pytest.mark.parametrize(
    ("entry", "endpoint", "allowed"),
    [
        ("push.example", "https://push.example/x", True),
        ("push.example", "https://push.example:8443/x", False),
        ("push.example:8443", "https://push.example:8443/x", True),
        ("push.example:8443", "https://push.example/x", False),
        ("PUSH.example ", "https://push.example/x", True),
        (".push.example", "https://a.push.example/x", True),
        ("*.push.example", "https://a.b.push.example/x", True),
        ("*.push.example:8443", "https://a.push.example:8443/x", True),
        ("*.push.example:8443", "https://a.push.example/x", False),
        ("*.push.example", "https://push.example/x", False),
        ("127.0.0.1:8443", "https://127.0.0.1:8443/x", True),
        ("127.0.0.1", "https://127.0.0.1:8443/x", False),
        ("*.0.0.1", "https://127.0.0.1/x", False),
        ("*.1", "https://127.1/x", False),
        ("[::1]:8443", "https://[::1]:8443/x", True),
        ("[::1]", "https://[::1]/x", True),
        ("[::1]", "https://[::1]:8443/x", False),
        ("*", "https://push.example/x", False),
        ("", "https://push.example/x", False),
        (":443", "https://push.example/x", False),
    ],
)
def test_an_entry_matches_host_and_port(entry: str, endpoint: str, allowed: bool) -> None:
    assert allowed_endpoint(endpoint, [entry]) is allowed


def test_an_empty_list_allows_nothing() -> None:
    assert not allowed_endpoint("https://fcm.googleapis.com/x", [])
