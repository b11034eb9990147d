"""Fills a database with the past of a crowd: rows that lie around the people of a benchmark and that nobody asks for."""

from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.environment import connect

MEMBERS = 5
"""Each has so many people in their circle, and is in as many circles."""
NOTICES = 50
REACH_OUTS = 2
CHECK_INS = 10
FILL_SECONDS = 3 * 3600
"""Limit for one table."""

# The id of row `n` of a table: a UUID of version 7 whose time lies within the last year, as a crowd's ids do.
_ID = """
CREATE FUNCTION pg_temp.row_id(kind text, n bigint, at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid
  FROM (SELECT md5(kind || n) AS h) AS hashed
$$;
CREATE FUNCTION pg_temp.at(n bigint, of bigint, now timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT date_trunc('milliseconds', now - interval '365 days' * (1 - n::float8 / of) - interval '1 hour')
$$;
CREATE FUNCTION pg_temp.person(n bigint, people bigint, now timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT pg_temp.row_id('person', n % people, pg_temp.at(n % people, people, now))
$$;
"""

# $1: the number of people, $2: now, $3: rows for each person. Ciphertext is random: nothing here is opened.
_TABLES = {
    "people": (
        1,
        """INSERT INTO people (id, sign_in_name_hash, passphrase_hash, display_name, contact, data_key, time_zone, language,
                               wake_me, created_at)
           SELECT pg_temp.person(n, $1, $2), sha256(n::text::bytea), 'none', sha256(n::text::bytea), sha256(n::text::bytea),
                  sha256(n::text::bytea) || sha256(n::text::bytea), 'Europe/Berlin', 'en', n % 3 = 0, pg_temp.at(n, $1, $2)
           FROM generate_series(0, $1::bigint * $3 - 1) AS n""",
    ),
    "sessions": (
        1,
        """INSERT INTO sessions (id, person_id, token_hash, carrier, created_at, used_at, expires_at, proven_at)
           SELECT pg_temp.row_id('session', n, $2), pg_temp.person(n, $1, $2), sha256(('s' || n)::bytea), 'cookie',
                  $2, $2, $2 + interval '180 days', $2
           FROM generate_series(0, $1::bigint * $3 - 1) AS n""",
    ),
    "devices": (
        1,
        """INSERT INTO devices (id, person_id, kind, address_hash, address, created_at)
           SELECT pg_temp.row_id('device', n, $2), pg_temp.person(n, $1, $2), 'fcm', sha256(('d' || n)::bytea),
                  sha256(n::text::bytea), $2
           FROM generate_series(0, $1::bigint * $3 - 1) AS n""",
    ),
    "rhythms": (
        1,
        """INSERT INTO rhythms (person_id, check_in_at, check_in_days, commitments, follow_ups, practice_offers, next_at)
           SELECT pg_temp.person(n, $1, $2), '21:00', '[0,1,2,3,4,5,6]', true, true, true,
                  $2 + interval '2 hours' + n % 1200 * interval '1 minute'
           FROM generate_series(0, $1::bigint * $3 - 1) AS n""",
    ),
    "memberships": (
        MEMBERS,
        """INSERT INTO memberships (id, owner_id, member_id, role, step, accepted_at, confirmed_at)
           SELECT pg_temp.row_id('membership', n, $2), pg_temp.person(n / $3, $1, $2),
                  pg_temp.person(n / $3 + (n % $3 + 1) * 7919, $1, $2), 'friend', 1 + n % 2, $2, $2
           FROM generate_series(0, $1::bigint * $3 - 1) AS n""",
    ),
    "reach_outs": (
        REACH_OUTS,
        """INSERT INTO reach_outs (id, person_id, state, created_at, ladder, rung, round, pushed_at, closed_at, outcome)
           SELECT pg_temp.row_id('reach-out', n, at), pg_temp.person(n, $1, $2), 'closed', at, '[0,90,300,900]', 1, 1, at,
                  at + interval '1 hour', 'connected'
           FROM (SELECT n, pg_temp.at(n, $1::bigint * $3, $2) AS at FROM generate_series(0, $1::bigint * $3 - 1) AS n) AS past""",
    ),
    "recipients": (
        REACH_OUTS * MEMBERS,
        f"""INSERT INTO recipients (reach_out_id, person_id, membership_id, role, step, told_at)
           SELECT pg_temp.row_id('reach-out', n / {MEMBERS}, at), pg_temp.person(n / {MEMBERS} + (n % {MEMBERS} + 1) * 7919, $1, $2),
                  pg_temp.row_id('membership', n / {MEMBERS} % $1::bigint * {MEMBERS} + n % {MEMBERS}, $2), 'friend', 1, at
           FROM (SELECT n, pg_temp.at(n / {MEMBERS}, $1::bigint * {REACH_OUTS}, $2) AS at
                 FROM generate_series(0, $1::bigint * $3 - 1) AS n) AS past""",
    ),
    "notices": (
        NOTICES,
        """INSERT INTO notices (id, recipient_id, kind, event_id, sender_id, created_at, read_at)
           SELECT pg_temp.row_id('notice', n, at), pg_temp.person(n * 31, $1, $2), 'reach_in', pg_temp.row_id('event', n, at),
                  pg_temp.person(n * 31 + 7919, $1, $2), at, CASE WHEN n % 3 > 0 THEN at END
           FROM (SELECT n, pg_temp.at(n, $1::bigint * $3, $2) AS at FROM generate_series(0, $1::bigint * $3 - 1) AS n) AS past""",
    ),
    "deliveries": (
        2,
        f"""INSERT INTO deliveries (id, notice_id, device_id, round, state, attempt, created_at, due_at, fence)
           SELECT pg_temp.row_id('delivery', n, at), pg_temp.row_id('notice', notice, at),
                  pg_temp.row_id('device', notice * 31 % $1, $2), 1, 'sent', 1, at, at, 1
           FROM (SELECT n, notice, pg_temp.at(notice, $1::bigint * {NOTICES}, $2) AS at
                 FROM (SELECT n, n * {NOTICES} / $3 AS notice FROM generate_series(0, $1::bigint * $3 - 1) AS n) AS chosen) AS past""",
    ),
    "check_ins": (
        CHECK_INS,
        """INSERT INTO check_ins (id, person_id, created_at)
           SELECT pg_temp.row_id('check-in', n, at), pg_temp.person(n * 31, $1, $2), at
           FROM (SELECT n, pg_temp.at(n, $1::bigint * $3, $2) AS at FROM generate_series(0, $1::bigint * $3 - 1) AS n) AS past""",
    ),
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """What lies in the database besides the people of the benchmark: rows by table, and its size on disk in gigabytes."""

    rows: dict[str, int]
    gigabytes: float


async def fill(address: str, people: int) -> Crowd:
    """Insert so many people with five in each circle, and with a year of presses, notices and check-ins."""
    now = datetime.now(UTC)
    async with connect(address) as connection:
        # No checks of foreign keys, for rows that are known to be valid.
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        await connection.execute(_ID)
        for each, statement in _TABLES.values():
            await connection.execute(statement, people, now, each, timeout=FILL_SECONDS)
        await connection.execute("VACUUM (ANALYZE, FREEZE)", timeout=FILL_SECONDS)
        size = await connection.fetchval("SELECT pg_database_size(current_database())")
    return Crowd({table: people * each for table, (each, _) in _TABLES.items()}, size / 1e9)
