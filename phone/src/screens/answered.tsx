// Somebody has answered: who, what they said they would do, and what to do if the two do not find each other.

import { api } from '../api/client';
import { Button, Headline } from '../components/basics';
import { AskAgain, OkayButton, talking } from '../components/close-actions';
import { Light } from '../components/lamp';
import { Write } from '../components/later-parts';
import { Messages } from '../components/messages';
import { Call, LineButton, nameOf, names } from '../components/people';
import { answerSentence, Recipients } from '../components/recipients';
import { useQuery } from '../components/use-query';
import type { ReachOut, Recipient } from '../contract/types';
import { isPast, whoIsThere } from '../domain/lamps';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';

export function Answered({ of }: { of: ReachOut }) {
  const [claimNotices] = useQuery(
    () => api.GET('/v1/inbox', { params: { query: { kind: 'are_you_talking', limit: 20 } } }),
    [of.id],
  );
  const answering = whoIsThere(of.recipients, state.now);
  const claimant = claimNotices?.items.find(
    (notice) =>
      notice.reach_out_id === of.id &&
      of.recipients.some(
        (recipient) => recipient.person.id === notice.from?.id && (recipient.answered_at ?? '') <= notice.created_at,
      ),
  )?.from?.id;
  const together = of.state === 'together';
  // First whom I am talking with, else who says so, else the first answer.
  const first = answering.find(({ person }) => person.id === (together ? of.together_with : claimant)) ?? answering[0];
  if (!first) return null;
  const name = nameOf(first);
  const others = of.recipients.filter((recipient) => recipient !== first);
  const claims = of.state === 'answered' && first.person.id === claimant;
  const words = (
    <>
      {state.messages.length > 0 && <Messages messages={state.messages} />}
      <Write
        to={of.id}
        label={
          others.some(({ state: recipientState }) => recipientState !== 'queued')
            ? t('answered.write-all')
            : t('answered.write', { name })
        }
        onSent={refresh}
      />
    </>
  );
  const headline = () => {
    if (together) return t('answered.together', { name });
    return claims ? t('answered.talking-question', { name }) : answerSentence(first);
  };
  const explanation = () => {
    if (together) return t('answered.take-time');
    if (of.state === 'waiting') return asking(others);
    const close = first.answer === 'here' || claims || isPast(first, state.now) ? '' : t('answered.keep-phone-close');
    return `${close} ${informed(others, name)}`;
  };
  const page = to('people', first.person.id);
  const [before, ...after] = headline().split(name);
  const writing = first.answer === 'here' || state.messages.length > 0;
  return (
    <main class="page">
      <section class="hero">
        <a class="halo here" href={page} aria-label={t('circle.more', { name })}>
          <Light beams />
        </a>
        <Headline live>
          {before}
          {after.length > 0 && <a href={page}>{name}</a>}
          {after.join(name)}
        </Headline>
        <p>{explanation()}</p>
        {!state.online && <p role="status">{t('waiting.offline')}</p>}
      </section>
      {writing && words}
      <section class="stack">
        {together ? (
          <OkayButton main of={of} />
        ) : (
          <Button kind="main" onPress={() => talking(of, first.person.id)}>
            {t('close.talking')}
          </Button>
        )}
        {first.contact && (
          <div class="two">
            <Call number={first.contact}>{t('all.call', { name })}</Call>
            <Call text number={first.contact}>
              {t('all.text', { name })}
            </Call>
          </div>
        )}
        <AskAgain of={of} kind={together ? 'quiet' : ''}>
          {t(others.length ? 'answered.ask-others' : 'waiting.ask-again')}
        </AskAgain>
        {!together && <LineButton helplines={of.helplines} />}
        {!together && <OkayButton of={of} />}
        {of.paused_until && (
          <p class="soft small mid">{t('answered.paused-until', { time: clock(of.paused_until) })}</p>
        )}
        {of.next_rung_at && <p class="soft small mid">{t('answered.next-rung', { time: clock(of.next_rung_at) })}</p>}
      </section>
      {others.length > 0 && <Recipients of={of} but={first} />}
      {!writing && words}
    </main>
  );
}

/** The sentence while the others are asked too: whether their phones ring, or it only waits in their inboxes. */
function asking(others: Recipient[]): string {
  const open = others.filter(
    ({ state: recipientState }) => recipientState !== 'declined' && recipientState !== 'unreachable',
  );
  if (!open.length) return '';
  return t(
    open.every(({ state: recipientState }) => recipientState === 'inbox_only')
      ? 'answered.asking-others-inbox-only'
      : 'answered.asking-others',
  );
}

/** The sentence about who knows that I am not alone. */
function informed(others: Recipient[], name: string): string {
  const who = others.filter(({ state: recipientState }) => ['handed', 'delivered', 'seen'].includes(recipientState));
  return who.length ? t('answered.others-know', { n: who.length, names: names(who), name }) : '';
}
