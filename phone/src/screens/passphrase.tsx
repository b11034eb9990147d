// A new passphrase and new recovery codes. Both ask for the passphrase of today first.
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, SubPage, Wrong } from '../components/basics';
import { Form } from '../components/form';
import { NewPassphrase } from '../components/passphrase';
import { Proof } from '../components/proof';
import { problemType } from '../domain/problems';
import { say } from '../i18n';
import { wrong } from '../i18n/problem';
import { instead } from '../store/router';
import { change } from '../store/store';
import { Codes } from './create-account';

export function Passphrase() {
  const [proven, setProven] = useState(false);
  const [fresh, setFresh] = useState('');
  const [codes, setCodes] = useState<string[]>();
  const [said, setSaid] = useState('');
  const back = () => instead('settings');
  if (codes) return <Codes codes={codes} onDone={back} />;
  const refused = (error: unknown) => {
    // Proof is good for five minutes: then the passphrase is asked for again.
    if (problemType(error) === '/problems/proof-needed') setProven(false);
    setSaid(wrong(error));
  };
  const set = async () => {
    const { error } = await api.PUT('/v1/me/passphrase', { body: { passphrase: fresh } });
    if (error) refused(error);
    else {
      back();
      change({ word: say('passphrase.done') });
    }
    return '';
  };
  const renew = async () => {
    const { data, error } = await api.POST('/v1/recovery-codes', { params: once() });
    if (data) setCodes(data.recovery_codes);
    else refused(error);
  };
  return (
    <SubPage of="settings" head={say('set.passphrase')}>
      <Wrong>{said}</Wrong>
      {proven ? (
        <>
          <Form send={set} submit={say('recover.button')}>
            <NewPassphrase label={say('field.new-passphrase')} value={fresh} onInput={setFresh} />
            <p class="soft small">{say('passphrase.say')}</p>
          </Form>
          <section class="stack">
            <h2 class="head">{say('passphrase.codes')}</h2>
            <p>{say('passphrase.codes-say')}</p>
            <Button onPress={renew}>{say('passphrase.renew')}</Button>
          </section>
        </>
      ) : (
        <Proof to={say('passphrase.change')} onProven={() => setProven(true)} />
      )}
    </SubPage>
  );
}
