// A new passphrase and new recovery codes. Both ask for the passphrase of today first.
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
  const [fresh, setFresh] = useState('');
  const [codes, setCodes] = useState<string[]>();
  const [message, setMessage] = useState('');
  const back = () => replaceRoute('settings');
  if (codes) return <Codes codes={codes} onDone={back} />;
  const refused = (error: unknown) => {
    // Proof is good for five minutes: then the passphrase is asked for again.
    if (problemType(error) === '/problems/proof-needed') setProven(false);
    setMessage(errorText(error));
  };
  const set = async () => {
    const { error } = await api.PUT('/v1/me/passphrase', { body: { passphrase: fresh } });
    if (error) refused(error);
    else {
      back();
      change({ toast: t('passphrase.done') });
    }
    return '';
  };
  const renew = async () => {
    const { data, error } = await api.POST('/v1/recovery-codes', { params: once() });
    if (data) setCodes(data.recovery_codes);
    else refused(error);
  };
  return (
    <SubPage of="settings" head={t('settings.passphrase')}>
      <ErrorText>{message}</ErrorText>
      {proven ? (
        <>
          <Form send={set} submit={t('recover.button')}>
            <NewPassphrase label={t('field.new-passphrase')} value={fresh} onInput={setFresh} />
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
