// The sign-in name, a passphrase and recovery codes: for an account that has them, and for one that is opened by a passkey alone.
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText } from '../components/basics';
import { Form } from '../components/form';
import { NewPassphrase } from '../components/passphrase';
import { Proof } from '../components/proof';
import { SubPage } from '../components/sub-page';
import { problemType } from '../domain/problems';
import { t, tRich } from '../i18n';
import { errorText } from '../i18n/problem';
import { replaceRoute } from '../store/router';
import { change, state } from '../store/store';
import { hasOneWayIn, refreshWaysIn } from '../store/ways-in';
import { Codes } from './create-account';

export function Passphrase() {
  const [proven, setProven] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [codes, setCodes] = useState<string[]>();
  const [message, setMessage] = useState('');
  const back = () => replaceRoute('settings');
  const signInName = state.me?.sign_in_name ?? '';
  const ways = state.me?.ways_in;
  const isFirst = ways?.passphrase === false;
  if (codes) return <Codes codes={codes} signInName={signInName} onDone={back} />;
  const showError = (error: unknown) => {
    // Proof is valid for five minutes; after that, ask for it again.
    if (problemType(error) === '/problems/proof-needed') setProven(false);
    setMessage(errorText(error));
  };
  const save = async () => {
    const { error } = await api.PUT('/v1/me/passphrase', { body: { passphrase } });
    if (error) showError(error);
    else {
      await refreshWaysIn();
      back();
      change({ toast: t('passphrase.done') });
    }
    return '';
  };
  const renew = async () => {
    const { data, error } = await api.POST('/v1/recovery-codes', { params: once() });
    if (!data) return showError(error);
    setCodes(data.recovery_codes);
    await refreshWaysIn();
  };
  return (
    <SubPage of="settings" head={t('settings.passphrase')}>
      {hasOneWayIn() && <p>{t('second-way.why')}</p>}
      {signInName && <p class="soft">{tRich('settings.sign-in-name', { name: <bdi dir="ltr">{signInName}</bdi> })}</p>}
      <ErrorText>{message}</ErrorText>
      {proven ? (
        <>
          <Form send={save} submit={t(isFirst ? 'second-way.passphrase' : 'recover.button')}>
            <NewPassphrase
              label={t('field.new-passphrase')}
              names={[signInName, state.me?.display_name]}
              value={passphrase}
              onInput={setPassphrase}
            />
            <p class="soft small">{t(isFirst ? 'second-way.passphrase-say' : 'passphrase.say')}</p>
          </Form>
          <section class="stack">
            <h2 class="head">{t('passphrase.codes')}</h2>
            <p>{t(ways?.recovery_codes ? 'passphrase.codes-say' : 'second-way.codes-say')}</p>
            <Button onPress={renew}>{t('passphrase.renew')}</Button>
          </section>
        </>
      ) : (
        <Proof to={t('passphrase.continue')} onProven={() => setProven(true)} />
      )}
    </SubPage>
  );
}
