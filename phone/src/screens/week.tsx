// A minute for the week, and the last eight weeks as a picture and in words. Nothing is added up, nothing is compared.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText, Headline, RadioGroup } from '../components/basics';
import { GRADE_LAMPS, gradeWord, itemName, labelledParts } from '../components/check-in-parts';
import { Sharing } from '../components/sharing';
import { Back } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import type { Content, Shares, WeekItem } from '../domain/check-in';
import { givenParts, isWind, WEEK, WEEK_ITEMS } from '../domain/check-in';
import type { Values } from '../domain/weeks';
import { inWords, lastWeeks, leaning, WEEKS, weeksBefore } from '../domain/weeks';
import { t } from '../i18n';
import { place } from '../i18n/format';
import { formatDate } from '../platform/locale';
import { to } from '../store/router';
import { state } from '../store/store';
import { keepCheckIn } from './check-in';

const date = (at: number | Date, weekday?: 'long') =>
  formatDate(at, { day: 'numeric', month: 'long', ...(weekday && { weekday }) }, place());

function Grade({ item, grade }: { item: WeekItem; grade: number }) {
  const wind = isWind(item);
  return (
    <>
      <svg
        class={`lamp small ${wind ? `lit w${grade}` : GRADE_LAMPS[grade]}`}
        viewBox={`${wind ? 4 : 10} 6 36 40`}
        aria-hidden="true"
      >
        <use href="#lamp" />
        {wind && grade > 0 && <use href={`#wind-${grade}`} />}
      </svg>
      {gradeWord(grade, item)}
    </>
  );
}

export function Week() {
  const [week, setWeek] = useState<Partial<Record<WeekItem, number>>>({});
  const [shares, setShares] = useState<Shares>({});
  const [message, setMessage] = useState('');
  const content: Content = { week };
  const keep = async () =>
    setMessage(givenParts(content).length ? await keepCheckIn(content, shares) : t('weekly.one'));
  return (
    <main class="page">
      <Back href={to()}>{date(state.now, 'long')}</Back>
      <section class="stack tight">
        <Headline>{t('weekly.head')}</Headline>
        <p class="soft">{t('weekly.say')}</p>
      </section>
      {(['held', 'pulled', 'next'] as const).map((part) => (
        <section class="stack wide" key={part}>
          <h2 class="head">{t(`weekly.${part}`)}</h2>
          {WEEK[part].map((item) => (
            <RadioGroup
              key={item}
              kind="four bare thin"
              asked
              legend={t(`week-ask.${item}`)}
              name={item}
              value={week[item]}
              options={GRADE_LAMPS.map((_, grade) => [grade, <Grade item={item} grade={grade} />])}
              onPick={(grade) => setWeek({ ...week, [item]: grade })}
            />
          ))}
        </section>
      ))}
      <Sharing parts={labelledParts(content)} shares={shares} onChange={setShares} />
      <section class="stack">
        <ErrorText>{message}</ErrorText>
        <Button kind="main" onPress={keep}>
          {t('check-in.keep')}
        </Button>
        <a class="btn quiet" href={to('week', 'look-back')}>
          {t('weekly.back')}
        </a>
      </section>
    </main>
  );
}

const STEP = 48;
const waves = (x: number, y: number) => `M${x} ${y}q7 -6 13 0t13 0`;
/** Where the lines of the wind stand, by how many there are. */
const HEIGHTS = [[], [40], [32, 42], [24, 33, 42]];
const SCALES = [0, 0.9, 1.5, 2] as const;
const DROPS = [0, 10, -12.7, -31.6] as const;

/** One week of one item: a flame on the sill for what holds, wind for what pulls; a ring is none, a short line left out. */
function Mark({ item, value, index }: { item: WeekItem; value: number | null; index: number }) {
  const x = STEP / 2 + STEP * index;
  if (value === null) return <path class="wick" d={`M${x - 5} 44h10`} />;
  if (!value) return <circle class="wick" cx={x} cy="40" r="3.5" />;
  if (isWind(item)) {
    return <path class="wind" d={HEIGHTS[value]?.map((y, line) => waves(x - 13 + 4 * (line % 2), y)).join('')} />;
  }
  const scale = SCALES[value] ?? 2;
  return (
    <>
      {value === 3 && <circle class="aura" cx={x} cy="30" r="16" />}
      <use class="fl" href="#drop" transform={`translate(${x - 28 * scale} ${DROPS[value]}) scale(${scale})`} />
    </>
  );
}

function spoken(item: WeekItem, values: Values): string {
  const { how, usual, lately } = inWords(values);
  const words = t(`weeks.${how}`, { word: gradeWord(usual, item) });
  return lately === null ? words : t('weeks.lately', { words, word: gradeWord(lately, item).toLowerCase() });
}

export function Weeks() {
  const [page] = useQuery(() =>
    api.GET('/v1/check-ins', { params: { query: { mine: true, week: true, limit: 100 } } }),
  );
  if (!page)
    return (
      <main class="page" aria-busy={state.online}>
        {!state.online && <Headline small>{t('all.network-error')}</Headline>}
      </main>
    );
  const weeks = lastWeeks(page.items, state.now);
  const hint = leaning(weeks);
  return (
    <main class="page">
      <Back href={to('week')}>{t('weeks.only-me')}</Back>
      <section class="stack tight">
        <Headline>{t('weeks.head')}</Headline>
        <p class="soft">{t('weeks.say')}</p>
      </section>
      {hint && (
        <section class="card">
          <p>{t(`week-hint.${hint}`)}</p>
          <a class="btn slim" href={to('circle')}>
            {t('week-hint.circle')}
          </a>
        </section>
      )}
      <div class="stack">
        <p class="ends soft small">
          <span>{date(weeksBefore(state.now, WEEKS - 1))}</span>
          <span>{t('weeks.this')}</span>
        </p>
        <ul class="weeks stack wide">
          {/* What was never answered has no row, so that a first week is not a page of blanks. */}
          {WEEK_ITEMS.filter((item) => weeks[item].some((value) => value !== null)).map((item) => (
            <li key={item}>
              <p class="name">{itemName(item)}</p>
              <svg viewBox="0 0 384 52" role="img" aria-label={spoken(item, weeks[item])}>
                <path class="sill" d="M2 49h380" />
                {weeks[item].map((value, index) => (
                  <Mark key={index} item={item} value={value} index={index} />
                ))}
              </svg>
              <p class="soft small" aria-hidden="true">
                {spoken(item, weeks[item])}
              </p>
            </li>
          ))}
        </ul>
        <p class="soft small">{t('weeks.key')}</p>
      </div>
      {page.items[0] && (
        <a class="btn" href={to('check-ins', page.items[0].id)}>
          {t('weeks.share')}
        </a>
      )}
    </main>
  );
}
