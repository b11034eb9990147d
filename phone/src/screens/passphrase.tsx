// A new passphrase and new recovery codes. Both ask for the current passphrase first.
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText, SubPage } from '../components/basics';
import { Form } from '../components/form';
import { NewPassphrase } from '../components/passphrase';
import { Proof } from '../components/proof';
import { problemType } from '../domain/problems';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { replaceRoute } from '../store/router';
import { change } from '../store/store';
import { Codes } from './create-account';

export function Passphrase() {
  const [proven, setProven] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [codes, setCodes] = useState<string[]>();
  const [message, setMessage] = useState('');
  const back = () => replaceRoute('settings');
  if (codes) return <Codes codes={codes} onDone={back} />;
  const showError = (error: unknown) => {
    // Proof is valid for five minutes; after that, ask for the passphrase again.
    if (problemType(error) === '/problems/proof-needed') setProven(false);
    setMessage(errorText(error));
  };
  const save = async () => {
    const { error } = await api.PUT('/v1/me/passphrase', { body: { passphrase } });
    if (error) showError(error);
    else {
      back();
      change({ toast: t('passphrase.done') });
    }
    return '';
  };
  const renew = async () => {
    const { data, error } = await api.POST('/v1/recovery-codes', { params: once() });
    if (data) setCodes(data.recovery_codes);
    else showError(error);
  };
  return (
    <SubPage of="settings" head={t('settings.passphrase')}>
      <ErrorText>{message}</ErrorText>
      {proven ? (
        <>
          <Form send={save} submit={t('recover.button')}>
            <NewPassphrase label={t('field.new-passphrase')} value={passphrase} onInput={setPassphrase} />
            <p class="soft small">{t('passphrase.say')}</p>
          </Form>
          <section class="stack">
            <h2 class="head">{t('passphrase.codes')}</h2>
            <p>{t('passphrase.codes-say')}</p>
            <Button onPress={renew}>{t('passphrase.renew')}</Button>
          </section>
        </>
      ) : (
        <Proof to={t('passphrase.continue')} onProven={() => setProven(true)} />
      )}
    </SubPage>
  );
}
