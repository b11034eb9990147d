// What is tried when a notification does not arrive: SMS, e-mail, ntfy. Used only once its code has come back.
import { useState } from 'preact/hooks';
import { api, once, whole } from '../api/client';
import { Button, Pick, SubPage } from '../components/basics';
import { Field } from '../components/field';
import type { Filled } from '../components/form';
import { Form } from '../components/form';
import { Row } from '../components/rows';
import { useAsked } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { problemType } from '../domain/problems';
import { say } from '../i18n';
import { wrong } from '../i18n/problem';
import { channelInWords, kindInWords } from './settings';

type Channel = Schemas['ChannelOut'];
const INPUT = {
  sms: { type: 'tel', autocomplete: 'tel', dir: 'ltr' },
  email: { type: 'email', autocomplete: 'email', dir: 'ltr' },
  ntfy: { type: 'text', autocapitalize: 'none', dir: 'ltr' },
};

export function Fallback() {
  const [config] = useAsked(() => api.GET('/v1/config'));
  const [channels, again] = useAsked(() => api.GET('/v1/channels', whole));
  const [picked, setPicked] = useState<Channel['kind']>();
  const kinds = config?.channels ?? [];
  const kind = picked ?? kinds[0];
  const add = async (filled: Filled, form: HTMLFormElement) => {
    const { error } = await api.POST('/v1/channels', {
      params: once(),
      body: { kind: kind ?? 'sms', address: filled('address') },
    });
    if (!error) form.reset();
    await again();
    return kind === 'sms' && problemType(error) === '/problems/invalid' ? say('number.wrong') : wrong(error);
  };
  return (
    <SubPage
      of="settings"
      head={say('set.fallback')}
      says={say(config && !kinds.length ? 'set.fallback-not' : 'set.fallback-say')}
    >
      {channels?.items.map((one) => (
        <OneChannel key={one.id} of={one} onChange={again} />
      ))}
      {kind && (
        <Form send={add} submit={say('channel.add')}>
          {kinds.length > 1 && (
            <Pick
              legend={say('set.fallback')}
              name="kind"
              value={kind}
              options={kinds.map((one) => [one, kindInWords(one)])}
              onPick={setPicked}
            />
          )}
          <Field
            key={kind}
            label={kindInWords(kind)}
            hint={kind === 'sms' ? say('channel.sms-hint') : undefined}
            name="address"
            required
            {...INPUT[kind]}
          />
        </Form>
      )}
    </SubPage>
  );
}

function OneChannel({ of, onChange }: { of: Channel; onChange: () => Promise<void> }) {
  const at = { params: { path: { channel_id: of.id } } };
  const confirm = async (filled: Filled) => {
    const { error } = await api.POST('/v1/channels/{channel_id}/confirm', {
      ...at,
      body: { code: filled('code').trim() },
    });
    await onChange();
    return wrong(error);
  };
  return (
    <section class="card">
      <div class="line">
        <Row name={channelInWords(of)} says={say(of.confirmed_at ? 'channel.works' : 'channel.waits')} />
        <Button onPress={() => api.DELETE('/v1/channels/{channel_id}', at).then(onChange)}>
          {say('channel.remove')}
        </Button>
      </div>
      {!of.confirmed_at && (
        <Form send={confirm} submit={say('channel.confirm')} kind="">
          <Field
            label={say('channel.code')}
            hint={say('channel.sent')}
            name="code"
            inputMode="numeric"
            autocomplete="one-time-code"
            pattern="\s*[0-9]{6}\s*"
            dir="ltr"
            otherwise={say('fill.code')}
            required
          />
        </Form>
      )}
    </section>
  );
}
