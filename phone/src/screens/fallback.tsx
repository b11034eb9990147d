// What is tried when a notification does not arrive: SMS, e-mail, ntfy. Used only once its code has come back.
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import type { Schemas } from '../api/client';
import { newKey } from '../outbox/flush';
import { useAsked, whole } from '../parts/asked';
import { Back, Button, Field, Pick, Says, Wrong } from '../parts/basics';
import { Row } from '../parts/people';
import { to } from '../route';
import { say } from '../words';
import { wrong } from '../words/problem';
import { channelInWords } from './settings';

type Channel = Schemas['ChannelOut'];
const INPUT = { sms: { type: 'tel', autocomplete: 'tel' }, email: { type: 'email', autocomplete: 'email' }, ntfy: { type: 'text', autocapitalize: 'none' } };

export function Fallback() {
  const [config] = useAsked(() => api.GET('/v1/config'));
  const [channels, again] = useAsked(() => api.GET('/v1/channels', whole));
  const [picked, setPicked] = useState<Channel['kind']>();
  const [said, setSaid] = useState('');
  const kinds = config?.channels ?? [];
  const kind = picked ?? kinds[0];
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const { error } = await api.POST('/v1/channels', { params: once(newKey()), body: { kind: kind ?? 'sms', address: String(new FormData(form).get('address')) } });
    setSaid(wrong(error));
    if (!error) form.reset();
    await again();
  };
  return (
    <main class="page">
      <Back href={to('settings')}>{say('tab.settings')}</Back>
      <div class="stack">
        <Says small>{say('set.fallback')}</Says>
        <p class="soft">{say(config && !kinds.length ? 'set.fallback-not' : 'set.fallback-say')}</p>
      </div>
      {channels?.items.map((one) => (
        <OneChannel key={one.id} of={one} onChange={again} />
      ))}
      {kind && (
        <form class="stack" onSubmit={add}>
          {kinds.length > 1 && <Pick legend={say('set.fallback')} name="kind" value={kind} options={kinds.map((one) => [one, say(`channel-kind.${one}`)])} onPick={setPicked} />}
          <Field key={kind} label={say(`channel-kind.${kind}`)} name="address" required {...INPUT[kind]} />
          <Wrong>{said}</Wrong>
          <Button kind="main" submit>
            {say('channel.add')}
          </Button>
        </form>
      )}
    </main>
  );
}

function OneChannel({ of, onChange }: { of: Channel; onChange: () => Promise<void> }) {
  const [said, setSaid] = useState('');
  const at = { params: { path: { channel_id: of.id } } };
  const confirm = async (event: SubmitEvent) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget as HTMLFormElement).get('code')).trim();
    const { error } = await api.POST('/v1/channels/{channel_id}/confirm', { ...at, body: { code } });
    setSaid(wrong(error));
    await onChange();
  };
  return (
    <section class="card">
      <div class="line">
        <Row name={channelInWords(of)} says={say(of.confirmed_at ? 'channel.works' : 'channel.waits')} />
        <Button onPress={() => api.DELETE('/v1/channels/{channel_id}', at).then(onChange)}>{say('channel.remove')}</Button>
      </div>
      {!of.confirmed_at && (
        <form class="stack" onSubmit={confirm}>
          <Field label={say('channel.code')} hint={say('channel.sent')} name="code" inputMode="numeric" autocomplete="one-time-code" pattern="\s*[0-9]{6}\s*" required />
          <Wrong>{said}</Wrong>
          <Button submit>{say('channel.confirm')}</Button>
        </form>
      )}
    </section>
  );
}
