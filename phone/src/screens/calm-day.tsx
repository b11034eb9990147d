// Home on a calm day, below the lantern: how I am today with one tap, and at most two quiet lines.
import { useEffect, useRef } from 'preact/hooks';
import { api } from '../api/client';
import { feelingLamp, feelingWord, waitsInWords } from '../components/check-in-parts';
import { Icon } from '../components/icons';
import { InPlace } from '../components/in-place';
import { Lamp } from '../components/lamp';
import { useQuery } from '../components/use-query';
import { FEELING_LAMPS, waitingCheckIn } from '../domain/check-in';
import { sameDay } from '../domain/day';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { sendKept } from '../store/letters';
import { to } from '../store/router';
import { change, state } from '../store/store';
import { myZone } from '../store/today';
import { keepCheckIn, whoReadsOf } from './check-in';
import { todayLines } from './today-lines';

/** `ways`: what else there is stands below; `bookend`: no bookend runs, and one may be begun. */
export function CalmDay({ ways, bookend }: { ways: boolean; bookend: boolean }) {
  const [page] = useQuery(() => api.GET('/v1/check-ins', { params: { query: { mine: true, week: false, limit: 1 } } }));
  const [lines = []] = useQuery(async () => ({ data: await todayLines() }));
  useEffect(() => void sendKept(), []);
  const letter = waitingCheckIn(state.letters, state.now, myZone());
  const [last] = page?.items ?? [];
  const today = last && sameDay(myZone(), last.created_at, state.now) ? last : undefined;
  const latest = useRef(letter?.body ?? today);
  // Between the reply to what was sent and the next list it is in neither.
  latest.current = letter?.body ?? today ?? latest.current;
  const said = latest.current;
  const tap = async (feeling: number) => {
    const problem = await keepCheckIn({ feeling });
    if (problem) change({ toast: problem });
  };
  const here = today && !letter ? to('check-ins', today.id) : to('check-ins', 'new');
  return (
    <>
      <InPlace of={!!said}>
        {said ? (
          <section class="card">
            <div class="line">
              <Lamp state={feelingLamp(said.feeling ?? 2)} />
              <div>
                <h2 class="name" tabIndex={-1}>
                  {typeof said.feeling === 'number'
                    ? t('today.said', { feeling: feelingWord(said.feeling) })
                    : t('check-in.name')}
                </h2>
                <p class="soft small">
                  {letter
                    ? waitsInWords()
                    : t('today.at', {
                        time: clock(today?.created_at ?? state.now),
                        who: today ? whoReadsOf(today) : t('check-in.private'),
                      })}
                </p>
              </div>
            </div>
            <div class="two">
              <a class="btn slim" href={here}>
                {t('today.add')}
              </a>
              <a class="btn slim" href={here}>
                {t('today.share')}
              </a>
            </div>
          </section>
        ) : (
          <section class="hero" hidden={!page && state.online}>
            <h2 class="say-2">{t('check-in.head')}</h2>
            <ul class="feel">
              {FEELING_LAMPS.map((lamp, feeling) => (
                <li key={lamp}>
                  <button type="button" onClick={() => tap(feeling)}>
                    <Lamp state={lamp} />
                    {feelingWord(feeling)}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </InPlace>
      {lines.length > 0 && (
        <ul class="rows" aria-label={t('today.lines')}>
          {lines.map(({ name, href, actions }) => (
            <li key={name}>
              {href ? (
                <a class="row low" href={href}>
                  <span class="says soft">{name}</span>
                  <Icon name="next" />
                </a>
              ) : (
                <div class="row low">
                  <span class="says name">{name}</span>
                  {actions}
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {ways && <Ways bookend={bookend} />}
    </>
  );
}

/** What else there is on a calm day: a quiet question, and something hard that is ahead. */
const Ways = ({ bookend }: { bookend: boolean }) => (
  <div class="two">
    {!state.myReachOut && (
      <a class="way" href={to('calm')}>
        <b>{t('calm.head')}</b>
        {t('calm.nothing-burns')}
      </a>
    )}
    {bookend && (
      <a class="way" href={to('bookends')}>
        <b>{t('home.bookend')}</b>
        {t('home.bookend-say')}
      </a>
    )}
  </div>
);
