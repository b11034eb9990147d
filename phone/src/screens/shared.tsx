// A check-in or reach-in that somebody has sent, and a reply with one tap.
import { useEffect, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Back, Button, Headline } from '../components/basics';
import { CheckInParts } from '../components/check-in-parts';
import { Field } from '../components/field';
import { Form } from '../components/form';
import { Lamp } from '../components/lamp';
import { Call, nameOf } from '../components/people';
import { useQuery } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { problemType } from '../domain/problems';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { newKey } from '../platform/random-key';
import { readShown } from '../store/mark-read';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';
import { CheckInForm } from './check-in';

type CheckIn = Schemas['CheckInOut'];
type ReachIn = Schemas['ReachInOut'];
export function CheckInPage({ id }: { id: string }) {
  const [checkIn, , notFound] = useQuery(
    () => api.GET('/v1/check-ins/{check_in_id}', { params: { path: { check_in_id: id } } }),
    [id],
  );
  if (checkIn?.mine) return <CheckInForm of={checkIn} />;
  return (
    <Page of={checkIn} notFound={notFound} head={'shared.check-in'} about={(notice) => notice.check_in_id === id}>
      {checkIn && <CheckInParts of={checkIn} />}
    </Page>
  );
}

export function ReachInPage({ id }: { id: string }) {
  const [reachIn, , notFound] = useQuery(
    () => api.GET('/v1/reach-ins/{reach_in_id}', { params: { path: { reach_in_id: id } } }),
    [id],
  );
  return (
    <Page of={reachIn} notFound={notFound} head={'shared.reach-in'} about={(notice) => notice.reach_in_id === id}>
      {reachIn?.text && <blockquote class="words">{reachIn.text}</blockquote>}
    </Page>
  );
}

async function markShown(about: Props['about']): Promise<void> {
  if (await readShown(about)) await refresh();
}

interface Props {
  of: CheckIn | ReachIn | undefined;
  notFound: boolean;
  head: Key;
  about: Parameters<typeof readShown>[0];
  children: preact.ComponentChildren;
}

function Page({ of, notFound, head, about, children }: Props) {
  const available = !!of && !notFound;
  useEffect(() => {
    if (available) void markShown(about);
  }, [available, state.refreshes]);
  if (notFound || !of) {
    return (
      <main class="page">
        <Back href={to('inbox')}>{t('tab.inbox')}</Back>
        {notFound ? (
          <div class="stack">
            <Headline live>{t('shared.not-found')}</Headline>
            <p>{t('shared.not-found-say')}</p>
          </div>
        ) : (
          !state.online && <Headline small>{t('all.network-error')}</Headline>
        )}
      </main>
    );
  }
  const name = nameOf(of.from);
  return (
    <main class="page">
      <Back href={to('inbox')}>{day(of.created_at)}</Back>
      <section class="stack">
        <Headline>{t(head, { name })}</Headline>
        {children}
      </section>
      {!of.mine && <Reply to={of} name={name} />}
    </main>
  );
}

const QUICK_REPLIES = ['shared.here', 'shared.call'] as const;

/** Replies with one tap or a few words; shows the reply from then on, also when the page is opened again. */
function Reply({ to: of, name }: { to: CheckIn | ReachIn; name: string }) {
  const [sent, refetch] = useQuery(() => api.GET('/v1/reach-ins', { params: { query: { mine: true, limit: 100 } } }));
  const [key] = useState(newKey);
  const [message, setMessage] = useState('');
  const [seen, setSeen] = useState('seen_at' in of && !!of.seen_at);
  const person = of.from;
  const reply = sent?.items.find((reachIn) => reachIn.to.id === person.id && reachIn.created_at > of.created_at);
  const contact = state.circle?.find((member) => member.person.id === person.id)?.contact;
  // What was shared is seen, with words or without; a reach-in is answered with another one.
  const send = async (text: string): Promise<string> => {
    const params = once(`${key}${text}`.slice(0, 200));
    const { error } =
      'shares' in of
        ? await api.POST('/v1/check-ins/{check_in_id}/seen', {
            params: { path: { check_in_id: of.id }, ...params },
            body: text === t('shared.see') ? {} : { text },
          })
        : await api.POST('/v1/reach-ins', { params, body: { to: person.id, text } });
    if (!error) setSeen(true);
    await refetch();
    return problemType(error) === '/problems/reach-ins-unanswered' ? t('shared.too-soon', { name }) : errorText(error);
  };
  const sendQuickReply = async (text: string) => setMessage(await send(text));
  return (
    <section class="stack">
      {seen || reply ? (
        <div class="card" role="status">
          <div class="line">
            <Lamp state="bright" />
            <p>
              {t('shared.sent', { name })} {reply?.text && t('shared.reply', { text: reply.text })}
            </p>
          </div>
        </div>
      ) : (
        <>
          <Button kind="main" onPress={() => sendQuickReply(t('shared.see'))}>
            {t('shared.see')}
          </Button>
          <div class="two">
            {QUICK_REPLIES.map((word) => (
              <Button key={word} onPress={() => sendQuickReply(t(word))}>
                {t(word)}
              </Button>
            ))}
          </div>
          {message && <p role="alert">{message}</p>}
          <Form
            kind=""
            send={(readField) => (readField('text').trim() ? send(readField('text')) : Promise.resolve(''))}
            submit={t('all.send')}
          >
            <Field label={t('shared.write')} name="text" maxLength={500} autocomplete="off" />
          </Form>
        </>
      )}
      {contact && <Call number={contact}>{t('all.call', { name })}</Call>}
    </section>
  );
}
