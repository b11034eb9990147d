// Channels for when a notification does not arrive: SMS, e-mail, ntfy, a phone call. Used only after they are confirmed with a code.
import { useState } from 'preact/hooks';
import { api, once, whole } from '../api/client';
import { Button, RadioGroup } from '../components/basics';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { Row } from '../components/rows';
import { SubPage } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { problemType } from '../domain/problems';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { accepted } from '../store/accepted';
import { channelInWords, kindInWords } from './settings';

type Channel = Schemas['ChannelOut'];
const PHONE = { type: 'tel', autocomplete: 'tel', dir: 'ltr' };
const INPUT = {
  sms: PHONE,
  call: PHONE,
  email: { type: 'email', autocomplete: 'email', dir: 'ltr' },
  ntfy: { type: 'text', autocapitalize: 'none', dir: 'ltr' },
};

export function Channels() {
  const [config] = useQuery(() => api.GET('/v1/config'));
  const [channels, again] = useQuery(() => api.GET('/v1/channels', whole));
  const [picked, setPicked] = useState<Channel['kind']>();
  const kinds = config?.channels ?? [];
  const kind = picked ?? kinds[0];
  const add = async (readField: ReadField, form: HTMLFormElement) => {
    const { error } = await api.POST('/v1/channels', {
      params: once(),
      body: { kind: kind ?? 'sms', address: readField('address') },
    });
    if (!error) form.reset();
    await again();
    return (kind === 'sms' || kind === 'call') && problemType(error) === '/problems/invalid'
      ? t('contact-number.invalid')
      : errorText(error);
  };
  return (
    <SubPage
      of="settings"
      head={t('settings.channels')}
      says={t(config && !kinds.length ? 'channel.not-offered' : 'channel.say')}
    >
      {channels?.items.map((channel) => (
        <OneChannel key={channel.id} of={channel} onChange={again} />
      ))}
      {kind && (
        <Form send={add} submit={t('channel.add')}>
          {kinds.length > 1 && (
            <RadioGroup
              legend={t('settings.channels')}
              name="kind"
              value={kind}
              options={kinds.map((option) => [option, kindInWords(option)])}
              onPick={setPicked}
            />
          )}
          {kind === 'call' && <p class="soft small">{t('channel.call-hint')}</p>}
          <Field
            key={kind}
            label={kindInWords(kind)}
            hint={INPUT[kind] === PHONE ? t('channel.sms-hint') : undefined}
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
  const confirm = async (readField: ReadField) => {
    const { error } = await api.POST('/v1/channels/{channel_id}/confirm', {
      ...at,
      body: { code: readField('code').trim() },
    });
    await onChange();
    return errorText(error);
  };
  const remove = async () => {
    if (await accepted(api.DELETE('/v1/channels/{channel_id}', at))) await onChange();
  };
  return (
    <section class="card">
      <div class="line">
        <Row name={channelInWords(of)} says={t(of.confirmed_at ? 'channel.confirmed' : 'channel.unconfirmed')} />
        <Button onPress={remove}>{t('all.remove')}</Button>
      </div>
      {!of.confirmed_at && (
        <Form send={confirm} submit={t('channel.confirm')} kind="">
          <Field
            label={t('channel.code')}
            hint={t(of.kind === 'call' ? 'channel.called' : 'channel.sent')}
            name="code"
            inputMode="numeric"
            autocomplete="one-time-code"
            pattern="\s*[0-9]{6}\s*"
            dir="ltr"
            otherwise={t('field-error.code')}
            required
          />
        </Form>
      )}
    </section>
  );
}
