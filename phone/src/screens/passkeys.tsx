// My passkeys: list, add one on this phone, remove. Any change asks once more who it is.
import { useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, ErrorText } from '../components/basics';
import { Proof } from '../components/proof';
import { Item } from '../components/rows';
import { SubPage } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import { problemType } from '../domain/problems';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { addPasskey } from '../store/passkeys';
import { state } from '../store/store';
import { refreshWaysIn } from '../store/ways-in';

export function Passkeys() {
  const [passkeys, refetch] = useQuery(() => api.GET('/v1/passkeys', whole));
  const [proven, setProven] = useState(false);
  const [message, setMessage] = useState('');
  const showResult = async ({ error }: { error?: unknown }) => {
    // Proof is valid for five minutes; after that, ask for it again.
    if (problemType(error) === '/problems/proof-needed') setProven(false);
    setMessage(errorText(error));
    await Promise.all([refetch(), refreshWaysIn()]);
  };
  const prove = () => {
    setMessage('');
    setProven(true);
  };
  return (
    <SubPage of="settings" head={t('settings.passkeys')}>
      <p>{t(state.me?.ways_in?.passphrase === false ? 'passkeys.say-alone' : 'passkeys.say')}</p>
      {passkeys && (
        <ul class="rows">
          {passkeys.items.map((passkey) => (
            <Item
              key={passkey.id}
              name={passkey.label ?? t('device.any')}
              says={
                passkey.last_used_at
                  ? t('devices.used', { time: day(passkey.last_used_at) })
                  : t('passkeys.since', { time: day(passkey.created_at) })
              }
            >
              {proven && (
                <Button
                  onPress={() =>
                    api
                      .DELETE('/v1/passkeys/{passkey_id}', { params: { path: { passkey_id: passkey.id } } })
                      .then(showResult)
                  }
                >
                  {t('all.remove')}
                </Button>
              )}
            </Item>
          ))}
          {!passkeys.items.length && <Item name={t('passkeys.none')} />}
        </ul>
      )}
      <ErrorText>{message}</ErrorText>
      {proven ? (
        <Button kind="main" onPress={() => addPasskey().then(showResult)}>
          {t('passkeys.add')}
        </Button>
      ) : (
        <Proof to={t('passkeys.change')} onProven={prove} />
      )}
    </SubPage>
  );
}
