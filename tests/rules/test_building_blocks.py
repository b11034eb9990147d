"""Building blocks: ids, confirmation words, rate limits, settings, the clock, helplines, pages."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from api.schemas.common import page
from cli.helplines import helplines_report
from core.clock import DatabaseClock
from core.ids import new_id, new_token
from core.settings import Settings
from core.types import UtcDateTime
from rules import helplines
from rules.accounts.throttle import RateLimit, wait_for
from rules.circle.confirmation_words import CONFIRMATION_WORD_COUNT, CONFIRMATION_WORDS, choose_words

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)


@given(st.integers(0, 80 * 365 * 86_400), st.integers(0, 999_999), st.integers(1, 10**9))
def test_a_later_id_sorts_later(seconds: int, fraction: int, microseconds: int) -> None:
    early = NOW + timedelta(seconds=seconds, microseconds=fraction)
    late = early + timedelta(microseconds=microseconds)
    first, second = new_id(early), new_id(late)
    assert first < second
    assert str(first) < str(second)
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert first.int >> 80 == (early - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def test_ids_and_tokens_of_the_same_moment_differ() -> None:
    assert len({new_id(NOW) for _ in range(1000)}) == 1000
    assert len({new_token() for _ in range(1000)}) == 1000
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", new_token())


@given(st.binary(min_size=2, max_size=40))
def test_confirmation_words_are_two_and_the_same_on_both_phones(digest: bytes) -> None:
    first, second = choose_words(digest)
    assert first != second
    assert choose_words(digest) == (first, second)
    assert {first, second} <= set(CONFIRMATION_WORDS)


def test_there_are_256_confirmation_words() -> None:
    assert len(CONFIRMATION_WORDS) == len(set(CONFIRMATION_WORDS)) == CONFIRMATION_WORD_COUNT == 256
    assert all(re.fullmatch(r"[a-z]{3,10}", word) for word in CONFIRMATION_WORDS)


@given(st.lists(st.floats(0, 20), max_size=60), st.integers(1, 5), st.floats(1, 60))
def test_a_rate_limit_allows_its_burst_and_then_its_rate(gaps: list[float], burst: int, every: float) -> None:
    limit = RateLimit("test", burst, every)
    free_at, now, allowed = None, NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if wait_for(free_at, limit, now) == 0:
            allowed.append(now)
            free_at = max(free_at or now, now) + timedelta(seconds=every)
        else:
            later = now + timedelta(seconds=wait_for(free_at, limit, now) + 0.001)
            assert wait_for(free_at, limit, later) == 0, "allowed after the announced wait"
    for at in allowed:
        lately = [moment for moment in allowed if at - timedelta(seconds=burst * every - 0.001) < moment <= at]
        assert len(lately) <= 2 * burst


def test_a_burst_does_not_wait() -> None:
    limit = RateLimit("test", burst=3, every=10)
    assert wait_for(None, limit, NOW) == 0
    assert wait_for(NOW + timedelta(seconds=20), limit, NOW) == 0
    assert wait_for(NOW + timedelta(seconds=30), limit, NOW) == 10


class TestHelplines:
    def test_every_helpline_can_be_reached(self) -> None:
        listed = helplines.everywhere()
        assert {"US", "GB", "DE", helplines.INTERNATIONAL} <= set(listed)
        for country in listed.values():
            for line in country.lines:
                assert line.phone or line.text or line.web, line.name

    @pytest.mark.parametrize(
        "wrong",
        [
            {"phone": "call us"},
            {"web": "http://example.org"},
            {"languages": []},
            {"verified_on": "last summer"},
            {"source": None},
            {"fax": "1"},
        ],
    )
    def test_a_malformed_entry_is_refused(self, wrong: dict[str, object]) -> None:
        good = helplines.for_region("GB").lines[0].model_dump(mode="json")
        helplines.Helpline.model_validate(good)
        with pytest.raises(ValidationError):
            helplines.Helpline.model_validate(good | wrong)

    def test_the_report_lists_helplines_not_verified_for_a_year(self) -> None:
        lines = [line for country in helplines.everywhere().values() for line in country.lines]
        oldest = min(lines, key=lambda line: line.verified_on)
        assert helplines_report(oldest.verified_on + timedelta(days=365))[1] is False
        text, stale = helplines_report(oldest.verified_on + timedelta(days=366))
        assert stale
        assert oldest.name in text
        assert len(helplines.stale(max(line.verified_on for line in lines) + timedelta(days=366))) == len(lines)

    def test_an_unknown_region_gets_the_international_helplines(self) -> None:
        for region in (None, "", "ZZ", "zz"):
            assert helplines.for_region(region).region == helplines.INTERNATIONAL
        assert helplines.for_region("gb").region == "GB"


class TestSettings:
    @pytest.fixture(autouse=True)
    def _empty_folder(self, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
        monkeypatch.chdir(tmp_path)

    def test_defaults_suit_a_single_machine(self) -> None:
        settings = Settings()
        assert settings.sqlalchemy_url == "sqlite+aiosqlite:///var/porchlight.db"
        assert (settings.origin, settings.secure, settings.cookie_name) == (
            "http://localhost:8000",
            False,
            "porchlight",
        )
        assert settings.ladder == (0, 90, 180, 300)

    @pytest.mark.parametrize(
        ("given_url", "used"),
        [
            ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
            ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
            ("sqlite:////srv/p.db", "sqlite+aiosqlite:////srv/p.db"),
        ],
    )
    def test_a_plain_database_url_gets_its_driver(
        self, monkeypatch: pytest.MonkeyPatch, given_url: str, used: str
    ) -> None:
        monkeypatch.setenv("PORCHLIGHT_DATABASE_URL", given_url)
        settings = Settings()
        assert settings.sqlalchemy_url == used
        assert "u:p" not in repr(settings)

    def test_the_public_url_gives_origin_and_cookie_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORCHLIGHT_PUBLIC_URL", "https://Porch.Example/")
        settings = Settings()
        assert (settings.origin, settings.secure, settings.cookie_name) == (
            "https://porch.example",
            True,
            "__Host-porchlight",
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("LADDER", "0,90,180"),
            ("LADDER", "5,90,180,300"),
            ("LADDER", "0,90,60,300"),
            ("LADDER", "soon"),
            ("LADDER", "0,90,180,99999999999999999999"),
            ("PUBLIC_URL", "porch.example"),
            ("REGISTRATION", "sometimes"),
            ("LOG_LEVEL", "loud"),
        ],
    )
    def test_invalid_settings_are_refused(self, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
        monkeypatch.setenv(f"PORCHLIGHT_{name}", value)
        with pytest.raises(ValidationError):
            Settings()

    def test_the_operators_ladder_has_no_minimum(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORCHLIGHT_LADDER", " 0, 0,1 ,1")
        assert Settings().ladder == (0, 0, 1, 1)


async def test_the_clock_follows_the_database_and_small_corrections_never_go_back() -> None:
    theirs = [NOW]

    async def read() -> datetime:
        return theirs[0]

    clock = DatabaseClock(read)
    await clock.anchor()
    first = clock.now()
    assert timedelta() <= first - NOW < timedelta(seconds=5), "the machine's own clock is not used"
    theirs[0] = NOW - timedelta(seconds=1)
    await clock.anchor()
    assert clock.now() >= first
    theirs[0] = NOW - timedelta(hours=1)
    await clock.anchor()
    behind = clock.now()
    assert behind < first, "a clock an hour ahead is corrected, or every timer would be an hour late"
    assert clock.now() >= behind
    theirs[0] = NOW + timedelta(hours=1)
    await clock.anchor()
    assert clock.now() - theirs[0] < timedelta(seconds=5)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001


class Row(BaseModel):
    id: str


@given(st.integers(0, 30), st.integers(1, 10))
def test_pages_hold_every_row_once(count: int, limit: int) -> None:
    rows = [Row(id=str(uuid4())) for _ in range(count)]
    ids: list[str] = []
    start = 0
    while True:
        result = page(rows[start : start + limit + 1], limit, lambda row: row.id)
        ids += result.items
        start += limit
        assert len(result.items) <= limit
        if result.next is None:
            break
        assert result.next == result.items[-1]
    assert ids == [row.id for row in rows]
