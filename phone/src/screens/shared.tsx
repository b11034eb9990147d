// What somebody has sent or shared: a check-in, or a thought. Read here, and answered with one tap.
import { useEffect, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Back, Button, Says } from '../components/basics';
import { Field } from '../components/field';
import { Form } from '../components/form';
import { Lamp } from '../components/lamp';
import { Call, nameOf } from '../components/people';
import { useAsked } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { problemType } from '../domain/problems';
import type { Key } from '../i18n';
import { say } from '../i18n';
import { day, list } from '../i18n/format';
import { wrong } from '../i18n/problem';
import { newKey } from '../platform/random-key';
import { readShown } from '../store/mark-read';
import { look } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';

type CheckIn = Schemas['CheckInOut'];
type ReachIn = Schemas['ReachInOut'];
type Halt = CheckIn['halt'][number];
const FEELINGS: readonly (readonly [string, Key])[] = [
  ['low', 'feeling.0'],
  ['low', 'feeling.1'],
  ['lit', 'feeling.2'],
  ['lit', 'feeling.3'],
  ['bright', 'feeling.4'],
];
const HALT: Record<Halt, Key> = {
  hungry: 'halt.hungry',
  angry: 'halt.angry',
  lonely: 'halt.lonely',
  tired: 'halt.tired',
};

export function CheckInPage({ id }: { id: string }) {
  const [found, , gone] = useAsked(
    () => api.GET('/v1/check-ins/{check_in_id}', { params: { path: { check_in_id: id } } }),
    [id],
  );
  const [lamp, feeling] = FEELINGS[found?.feeling ?? -1] ?? [];
  const also = found?.halt.map((one) => say(HALT[one])) ?? [];
  return (
    <Page of={found} gone={gone} head={'shared.check-in'} about={(notice) => notice.check_in_id === id}>
      {lamp && feeling && (
        <div class="line">
          <Lamp state={lamp} />
          <p class="say-2">{say(feeling)}</p>
        </div>
      )}
      {also.length > 0 && <p>{feeling ? say('shared.also', { words: list(also) }) : capital(list(also))}</p>}
      {found?.note && <blockquote class="words">{found.note}</blockquote>}
    </Page>
  );
}

export function ReachInPage({ id }: { id: string }) {
  const [found, , gone] = useAsked(
    () => api.GET('/v1/reach-ins/{reach_in_id}', { params: { path: { reach_in_id: id } } }),
    [id],
  );
  return (
    <Page of={found} gone={gone} head={'shared.reach-in'} about={(notice) => notice.reach_in_id === id}>
      {found?.text && <blockquote class="words">{found.text}</blockquote>}
    </Page>
  );
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

async function shown(about: Props['about']): Promise<void> {
  if (await readShown(about)) await look();
}

interface Props {
  of: CheckIn | ReachIn | undefined;
  gone: boolean;
  head: Key;
  about: Parameters<typeof readShown>[0];
  children: preact.ComponentChildren;
}

function Page({ of, gone, head, about, children }: Props) {
  const there = !!of && !gone;
  useEffect(() => {
    if (there) void shown(about);
  }, [there, state.looked]);
  if (gone || !of) {
    return (
      <main class="page">
        <Back href={to('inbox')}>{say('tab.inbox')}</Back>
        {gone ? (
          <div class="stack">
            <Says live>{say('shared.gone')}</Says>
            <p>{say('shared.gone-say')}</p>
          </div>
        ) : (
          !state.reached && <Says small>{say('all.no-way')}</Says>
        )}
      </main>
    );
  }
  const name = nameOf(of.from);
  return (
    <main class="page">
      <Back href={to('inbox')}>{day(of.created_at)}</Back>
      <section class="stack">
        <Says>{say(head, { name })}</Says>
        {children}
      </section>
      {!of.mine && <Reply to={of} name={name} />}
    </main>
  );
}

const ONE_TAP = ['shared.here', 'shared.call'] as const;

/** One tap, or a few words. What was said stays said, also when the page is opened again. */
function Reply({ to: of, name }: { to: CheckIn | ReachIn; name: string }) {
  const [sent, again] = useAsked(() => api.GET('/v1/reach-ins', { params: { query: { mine: true, limit: 100 } } }));
  const [key] = useState(newKey);
  const [said, setSaid] = useState('');
  const person = of.from;
  const reply = sent?.items.find((one) => one.to.id === person.id && one.created_at > of.created_at);
  const contact = state.circle?.find((member) => member.person.id === person.id)?.contact;
  const send = async (text: string): Promise<string> => {
    const { error } = await api.POST('/v1/reach-ins', {
      params: once(`${key}${text}`.slice(0, 200)),
      body: { to: person.id, text },
    });
    await again();
    return problemType(error) === '/problems/too-many-tries' ? say('shared.once', { name }) : wrong(error);
  };
  const tap = async (text: string) => setSaid(await send(text));
  return (
    <section class="stack">
      {reply ? (
        <div class="card" role="status">
          <div class="line">
            <Lamp state="bright" />
            <p>
              {say('shared.sent', { name })} {reply.text && say('shared.said', { text: reply.text })}
            </p>
          </div>
        </div>
      ) : (
        <>
          <Button kind="main" onPress={() => tap(say('shared.see'))}>
            {say('shared.see')}
          </Button>
          <div class="two">
            {ONE_TAP.map((word) => (
              <Button key={word} onPress={() => tap(say(word))}>
                {say(word)}
              </Button>
            ))}
          </div>
          {said && <p role="alert">{said}</p>}
          <Form
            kind=""
            send={(filled) => (filled('text').trim() ? send(filled('text')) : Promise.resolve(''))}
            submit={say('all.send')}
          >
            <Field label={say('shared.write')} name="text" maxLength={500} autocomplete="off" />
          </Form>
        </>
      )}
      {contact && <Call number={contact}>{say('all.call', { name })}</Call>}
    </section>
  );
}
