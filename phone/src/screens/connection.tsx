// How connected I am: each person as lights on a cord, somebody grown distant, and how it was. For my eyes only.

import { api } from '../api/client';
import { Button } from '../components/basics';
import { GRADE_LAMPS, gradeWord } from '../components/check-in-parts';
import { Lamp } from '../components/lamp';
import { OneTap } from '../components/one-tap';
import { nameOf, role } from '../components/people';
import { Group, Item, LinkItem } from '../components/rows';
import { SubPage } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { activeMembers } from '../domain/circle';
import type { Bulb } from '../domain/connection';
import { bulbs, CORD_WEEKS, daysSince, distant, feltOverTime, isDistant, often, rounded } from '../domain/connection';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { span } from '../i18n/span';
import { serverNow } from '../platform/clock';
import { readSlot, writeSlot } from '../platform/slots';
import { go, to } from '../store/router';
import { state } from '../store/store';
import { takesWords } from '../store/threads';
import type { Felt as FeltPart } from './reflection';
import { FELT, feltName } from './reflection';

type Connections = Schemas['ConnectionsOut'];
type Connected = Schemas['ConnectedOut'];
type PersonOut = Connected['person'];

/** Half a year, for what is said of the time before the cord. */
const WEEKS = { params: { query: { weeks: 26 } } };
/** When a word was last sent from the card, in milliseconds. */
const WORD_AT = 'connection-word-at';

export function Connection() {
  const [seen, refetch] = useQuery(() => api.GET('/v1/connections', WEEKS));
  if (!seen)
    return <SubPage of="circle" head={t(state.online ? 'connection.head' : 'all.network-error')} children={null} />;
  const known = seen.people.filter((of) => of.last_connected_at);
  if (known.length) return <Weeks of={seen} known={known} onWord={refetch} />;
  const [first] = [...activeMembers(state.circle), ...seen.people].filter((member) => takesWords(member.person.id));
  return <Beginning first={first?.person} onWord={refetch} />;
}

function Weeks({ of: seen, known, onWord }: { of: Connections; known: Connected[]; onWord: () => Promise<void> }) {
  const far = distant(known, serverNow(), Number(readSlot(WORD_AT)));
  const recent = known.filter((of) => of.weeks.slice(0, CORD_WEEKS).some(Boolean));
  const answered = seen.weeks.map((week) => week.answers_given).slice(0, CORD_WEEKS);
  const there = often(answered) ?? 'now';
  const felt = FELT.filter((part) => feltOverTime(seen.felt, part).length);
  const first = seen.weeks[CORD_WEEKS - 1]?.starts_on;
  return (
    <SubPage
      of="circle"
      head={recent.length ? t('connection.people', { n: recent.length }) : t('connection.quiet')}
      says={t('connection.say')}
    >
      <section class="stack">
        <p class="ends soft small">
          <span>{first && day(`${first}T00:00`)}</span>
          <span>{t('connection.this-week')}</span>
        </p>
        <ul class="weeks cords">
          {known.map((of) => (
            <PersonCord key={of.person.id} of={of} />
          ))}
        </ul>
      </section>
      {far && (
        <section class="card">
          <p>
            {t('connection.distant', {
              name: nameOf(far.person),
              n: daysSince(far.last_connected_at ?? '', serverNow()),
            })}
          </p>
          <Word to={far.person} onSent={onWord} />
        </section>
      )}
      {seen.median_seconds_to_answer !== null && (
        <Sentence head={t('connection.pressed')}>
          {t('connection.answered', { time: span(rounded(seen.median_seconds_to_answer)) })}
        </Sentence>
      )}
      {answered.some(Boolean) && <Sentence head={t('connection.there')}>{t(`connection-there.${there}`)}</Sentence>}
      {felt.length > 0 && (
        <Group head={t('connection.felt')}>
          {felt.map((part) => (
            <Felt key={part} part={part} grades={feltOverTime(seen.felt, part)} />
          ))}
          <LinkItem href={to('settings', 'reflections')} name={t('connection.read')} />
        </Group>
      )}
    </SubPage>
  );
}

function PersonCord({ of }: { of: Connected }) {
  const member = state.circle?.find((member) => member.person.id === of.person.id);
  const how = isDistant(of, serverNow()) ? null : often(of.weeks);
  const words = `${when(of.last_connected_at ?? '')}.${how ? ` ${t(`connection-often.${how}`)}` : ''}`;
  return (
    <li>
      <p class="name">
        {nameOf(of.person)}
        {member && <span>, {role(member.role)}</span>}
      </p>
      <Cord label={words} lights={bulbs(of.weeks)} />
      <p class="soft small" aria-hidden="true">
        {words}
      </p>
    </li>
  );
}

function Cord({ label, lights }: { label?: string; lights: Bulb[] }) {
  return (
    <svg viewBox="0 0 384 52" role={label ? 'img' : undefined} aria-label={label} aria-hidden={!label}>
      <path class="cordline" d="M2 10Q192 30 382 10" />
      {lights.map(({ x, y, cy, r }) => (
        <g key={x}>
          <path class="cordline" d={`M${x} ${y}v8`} />
          {r > 5 && <circle class="aura" cx={x} cy={cy} r="13" />}
          <circle class="bulb" cx={x} cy={cy} r={r} />
        </g>
      ))}
    </svg>
  );
}

/** Today, Yesterday, Monday, 12 days ago. */
function when(at: string): string {
  const days = daysSince(at, serverNow());
  if (days >= 7) return t('connection.days', { n: days });
  const shown = day(at, serverNow());
  return /\d/.test(shown) ? t('connection.today') : shown;
}

const Sentence = ({ head, children }: { head: string; children: string }) => (
  <section class="stack tight">
    <h2 class="head">{head}</h2>
    <p>{children}</p>
  </section>
);

function Felt({ part, grades }: { part: FeltPart; grades: number[] }) {
  const words = grades.map((grade) => gradeWord(grade));
  const [before = '', now = before] = words;
  const values = { before, now: now.toLowerCase() };
  const says = words.length < 2 ? `${before}.` : t(before === now ? 'connection.along' : 'connection.since', values);
  return (
    <Item name={feltName(part)} says={says}>
      <Lamp state={`${GRADE_LAMPS[grades.at(-1) ?? 0]}`} />
    </Item>
  );
}

/** Nobody was in touch yet: the first light, and whom a word could go to. */
function Beginning({ first, onWord }: { first: PersonOut | undefined; onWord: () => Promise<void> }) {
  return (
    <SubPage of="circle" head={t('connection.begin')} says={t('connection.begin-say')}>
      <div class="weeks">
        <Cord lights={[{ x: 192, y: 20, cy: 35, r: 7 }]} />
      </div>
      <section class="stack">
        {first && <Word to={first} onSent={onWord} named />}
        <a class="btn quiet" href={to('circle')}>
          {t(first ? 'connection.else' : 'circle.head')}
        </a>
      </section>
    </SubPage>
  );
}

/** "Thinking of you", of which nothing else is asked. */
function Word({ to: person, onSent, named }: { to: PersonOut; onSent: () => Promise<void>; named?: boolean }) {
  const name = nameOf(person);
  const sent = () => {
    writeSlot(WORD_AT, String(serverNow()));
    return onSent();
  };
  return (
    <>
      {takesWords(person.id) && (
        <OneTap
          to={{ id: person.id, name }}
          words={t('helper.hello-text')}
          label={t(named ? 'connection.word-to' : 'connection.word', { name })}
          sent={t('helper.hello-sent', { name })}
          kind="main"
          onSent={sent}
        />
      )}
      {!named && <Button onPress={() => go('people', person.id)}>{t('connection.write', { name })}</Button>}
    </>
  );
}
