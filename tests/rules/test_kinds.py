"""The table of notice kinds is complete: each kind has a policy, wording in every language, and a database constraint."""

import re
import sqlite3
from datetime import timedelta

import asyncpg
import pytest

from models.enums import NoticeKind
from notifications.wording import push_wording
from rules.kinds import KINDS, SHARED_KINDS, SUPERSEDED_KINDS, OnlyWhile, Tag
from rules.languages import LANGUAGES

K = NoticeKind
LONGEST_TTL = timedelta(days=28)
"""How long Firebase and browser push services keep a push at most."""


def test_every_kind_has_a_policy() -> None:
    assert set(KINDS) == set(NoticeKind)


def test_the_sqlite_check_constraint_lists_every_kind(sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        (definition,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'notices'").fetchone()
    (words,) = re.findall(r"CONSTRAINT ck_notices_kind CHECK \(kind IN \((.*?)\)\)", definition)
    assert set(re.findall(r"'(\w+)'", words)) == set(NoticeKind)


async def test_the_postgresql_check_constraint_lists_every_kind(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        definition = await connection.fetchval(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_notices_kind'"
        )
    finally:
        await connection.close()
    assert set(re.findall(r"'(\w+)'", definition)) == set(NoticeKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_sentence_of_its_own(language: str) -> None:
    sentences = {kind: push_wording(kind, language)[1] for kind in NoticeKind}
    assert len(set(sentences.values())) == len(NoticeKind)
    assert push_wording("unknown", language)[1] not in sentences.values()


def test_only_three_kinds_are_urgent() -> None:
    assert {kind for kind, policy in KINDS.items() if policy.urgent} == {K.REACH_OUT, K.UNANSWERED, K.BOOKEND_MISSED}


def test_two_kinds_close_a_reach_out() -> None:
    closing = {kind for kind, policy in KINDS.items() if policy.closes}
    assert closing == {K.ALL_CLEAR, K.ENDED}
    assert all(KINDS[kind].only_while is OnlyWhile.ALWAYS and KINDS[kind].tag is Tag.SUBJECT for kind in closing)
    assert closing.isdisjoint(SUPERSEDED_KINDS)


def test_a_replacement_lives_as_long_as_the_alarm() -> None:
    for kind in (K.ANSWERED, K.ALL_CLEAR, K.ENDED):
        assert KINDS[kind].ttl >= KINDS[K.REACH_OUT].ttl
    assert all(timedelta(minutes=1) <= policy.ttl <= LONGEST_TTL for policy in KINDS.values())


def test_a_close_supersedes_notices_of_state_and_no_message() -> None:
    about_bookends = {K.STANDING_BY, K.BOOKEND_DUE, K.BOOKEND_MISSED}
    about_reach_outs = {K.REACH_OUT, K.CALM, K.ANSWERED, K.UNANSWERED, K.ARE_YOU_TALKING}
    assert set(SUPERSEDED_KINDS) == about_reach_outs | about_bookends


def test_shared_kinds() -> None:
    assert set(SHARED_KINDS) == {K.CHECK_IN, K.REACH_IN, K.CHECK_IN_SEEN, K.COMMITMENT_ASKED}
