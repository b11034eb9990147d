// What somebody else means to do: the question first, then what they say of its days. Nothing here is ever pushed.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText, Headline } from '../components/basics';
import type { Commitment } from '../components/commitments';
import { dateInWords, textOf, weekdayOf, whenInWords } from '../components/commitments';
import { nameOf } from '../components/people';
import { Item } from '../components/rows';
import { Back } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { fromHere, go, to } from '../store/router';

export function Witnessed({ of, onChange }: { of: Commitment; onChange: () => Promise<void> }) {
  const [message, setMessage] = useState('');
  const [others] = useQuery(() => api.GET('/v1/commitments', { params: { query: { mine: false, limit: 2 } } }));
  const path = { params: { path: { commitment_id: of.id } } };
  const name = nameOf(of.from);
  const known = !!of.witness?.accepted_at;
  const accept = async () => {
    const { error } = await api.POST('/v1/commitments/{commitment_id}/accept', path);
    setMessage(errorText(error));
    await onChange();
  };
  const decline = (all: boolean) => async () => {
    const ifHere = fromHere();
    const { error } = await api.POST('/v1/commitments/{commitment_id}/decline', { ...path, body: { all } });
    setMessage(errorText(error));
    if (error) return;
    ifHere(() => go('inbox'));
  };
  return (
    <main class="page">
      <Back href={to('inbox')}>{t('tab.inbox')}</Back>
      <Headline live>{t(known ? 'witness.knows' : 'witness.asked', { name })}</Headline>
      <div class="card">
        <p class="words">{textOf(of)}</p>
        <p>{t('witness.until', { when: whenInWords(of), day: dateInWords(of.ends_on) })}</p>
      </div>
      {known ? (
        <ul class="rows">
          {of.recent.map(({ date, done, text }) => (
            <Item key={date} name={weekdayOf(date)} says={saidInWords(done) + (text ? `: “${text}”` : '')} />
          ))}
        </ul>
      ) : (
        <ul class="stack">
          <li>{t('witness.sees')}</li>
          <li>{t('witness.quiet')}</li>
          <li>{t('witness.need-not')}</li>
        </ul>
      )}
      <section class="stack">
        {known ? (
          <a class="btn" href={to('people', of.from.id)}>
            {t('not-today.word', { name })}
          </a>
        ) : (
          <Button onPress={accept}>{t('witness.yes')}</Button>
        )}
        <Button kind={known ? 'quiet' : ''} onPress={decline(false)}>
          {t('witness.no')}
        </Button>
        <ErrorText>{message}</ErrorText>
        <p class="soft small mid">{t('witness.no-say', { name })}</p>
        {(others?.items.length ?? 0) > 1 && (
          <Button kind="quiet" onPress={decline(true)}>
            {t('witness.no-all')}
          </Button>
        )}
      </section>
    </main>
  );
}

function saidInWords(done: boolean | null): string {
  if (done === null) return t('commitment.nothing-said');
  return t(done ? 'commitment.done' : 'commitment.not-today');
}
