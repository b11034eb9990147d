// "Could somebody talk?": it says who will be asked before it asks. After a slip the same page opens three doors.
import { useRef, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText, Headline } from '../components/basics';
import { CalmDoors, PlanDoor, PressRow } from '../components/calm-doors';
import { Lamp } from '../components/lamp';
import { nameOf, names, role } from '../components/people';
import { Item, LinkItem } from '../components/rows';
import { Back } from '../components/sub-page';
import { useDraft } from '../components/use-draft';
import { useQuery } from '../components/use-query';
import { endedQuietly, whoIsFree } from '../domain/calm';
import { activeMembers } from '../domain/circle';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { list } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { newKey } from '../platform/random-key';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { change, state } from '../store/store';
import { CalmOpen, forgetCalmAsk } from './calm-open';

/** The pages at `#/calm`; while a calm ask is open, how it stands. */
export function CalmPage({ page }: { page: string }) {
  if (page === 'slip') return <AfterSlip />;
  if (page === 'rest') return <Rest />;
  return state.myReachOut ? <CalmOpen of={state.myReachOut} /> : <NotOpen />;
}

/** My last one may have ended in quiet. It is said once, and can be asked again. */
function NotOpen() {
  const [again, setAgain] = useState(false);
  const [page] = useQuery(() => api.GET('/v1/reach-outs', { params: { query: { mine: true, limit: 1 } } }));
  const [last] = page?.items ?? [];
  const askAgain = () => {
    forgetCalmAsk();
    setAgain(true);
  };
  return last && !again && endedQuietly(last, state.now) ? <Quiet onAgain={askAgain} /> : <CalmAsk />;
}

function Quiet({ onAgain }: { onAgain: () => void }) {
  return (
    <main class="page">
      <Back href={to()}>{t('calm.head')}</Back>
      <section class="hero">
        <Lamp state="big low" />
        <Headline live>{t('calm.quiet')}</Headline>
        <p>{t('calm.quiet-say')}</p>
      </section>
      <CalmDoors />
      <section class="stack">
        <PressRow />
        <Button kind="quiet" onPress={onAgain}>
          {t('calm.again')}
        </Button>
      </section>
    </main>
  );
}

function CalmAsk() {
  const [note = '', setNote] = useDraft('calm');
  const [failure, setFailure] = useState('');
  const [writing, setWriting] = useState(false);
  // One question, however often it is tried.
  const key = useRef(newKey());
  const { free, others } = whoIsFree(state.circle);
  // The vault says who is in the circle, but not who is free.
  const known = state.online && state.refreshes > 0;
  const ask = async () => {
    // An older server does not know `calm`, and would alarm everybody.
    const config = await api.GET('/v1/config');
    if (!config.data?.calm) return setFailure(t(config.data ? 'calm.not-offered' : 'calm.not-sent'));
    const { data, error } = await api.POST('/v1/reach-outs', {
      params: once(key.current),
      body: { calm: true, note: note.trim() || null },
    });
    if (data) {
      setNote('');
      change({ myReachOut: data, messages: [] });
    }
    const lost = problemType(error) === NETWORK_ERROR;
    setFailure(lost ? t('calm.no-reply') : errorText(error));
    if (error && !lost) key.current = newKey();
    void refresh();
  };
  const why = (): Key | '' => {
    if (!known) return state.online ? '' : 'calm.offline';
    if (free.length) return '';
    return activeMembers(state.circle).length ? 'problem.nobody-free' : 'home.empty';
  };
  const reason = why();
  const askable = free.length > 0 && (known || note || failure);
  return (
    <main class="page">
      <Back href={to()}>{t('calm.nothing-burns')}</Back>
      <section class="stack tight">
        <Headline>{t('calm.head')}</Headline>
        <p>{t('calm.say')}</p>
      </section>
      {known && (
        <ul class="rows" aria-label={t('calm.free-list')}>
          {free.map((member) => (
            <Item
              key={member.id}
              lamp={<Lamp state="lit" />}
              name={nameOf(member)}
              more={role(member.role)}
              says={t('calm.free')}
            />
          ))}
          {free.length > 0 && others.length > 0 && (
            <Item lamp={<Lamp state="dim" />} name={list(others.map(nameOf))} says={t('calm.not-asked')} />
          )}
        </ul>
      )}
      {reason && <p role="status">{t(reason)}</p>}
      {reason && <CalmDoors />}
      <section class="stack">
        {/* Whatever becomes of the network and the circle, it is not taken from under somebody's fingers, nor are their words. */}
        {(askable || writing || note) && (
          <div class="stack tight">
            <label for="word">{t('calm.word')}</label>
            <input
              class="field"
              id="word"
              placeholder={t('calm.word-example')}
              maxLength={2000}
              value={note}
              autocomplete="off"
              onFocus={() => setWriting(true)}
              onBlur={() => setWriting(false)}
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </div>
        )}
        {askable && (
          <Button kind="main" onPress={ask}>
            {t('calm.ask', { names: names(free) })}
          </Button>
        )}
        <ErrorText>{failure}</ErrorText>
        <PressRow />
        <a class="btn quiet" href={to('calm', 'slip')}>
          {t('slip.head')}
        </a>
      </section>
    </main>
  );
}

/** Three doors. Nothing is asked, counted or kept. */
function AfterSlip() {
  return (
    <main class="page">
      <Back href={to('calm')}>{t('calm.head')}</Back>
      <section class="stack tight">
        <Headline>{t('slip.head')}</Headline>
        <p>{t('slip.say')}</p>
      </section>
      <ul class="rows">
        <LinkItem href={to('calm')} lamp={<Lamp state="lit" />} name={t('slip.person')} says={t('slip.person-say')} />
        <PlanDoor />
        <LinkItem
          href={to('calm', 'rest')}
          lamp={<Lamp state="ember" />}
          name={t('slip.rest')}
          says={t('slip.rest-say')}
        />
      </ul>
      <PressRow />
    </main>
  );
}

function Rest() {
  return (
    <main class="page">
      <Back href={to('calm', 'slip')}>{t('slip.head')}</Back>
      <section class="hero">
        <Lamp state="big ember" />
        <Headline>{t('rest.head')}</Headline>
      </section>
      <ul class="stack">
        {([1, 2, 3] as const).map((step) => (
          <li key={step}>{t(`rest.${step}`)}</li>
        ))}
      </ul>
      <p class="soft">{t('rest.say')}</p>
      <PressRow />
    </main>
  );
}
