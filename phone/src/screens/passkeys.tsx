// My passkeys: which there are, one more on this phone, and away with one. Changing anything asks for the passphrase first.
import { useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, SubPage, Wrong } from '../components/basics';
import { Proof } from '../components/proof';
import { Item } from '../components/rows';
import { useAsked } from '../components/use-query';
import { problemType } from '../domain/problems';
import { say } from '../i18n';
import { day } from '../i18n/format';
import { wrong } from '../i18n/problem';
import { addPasskey } from '../store/passkeys';

export function Passkeys() {
  const [found, again] = useAsked(() => api.GET('/v1/passkeys', whole));
  const [proven, setProven] = useState(false);
  const [said, setSaid] = useState('');
  const told = async ({ error }: { error?: unknown }) => {
    // Proof is good for five minutes: then the passphrase is asked for again.
    if (problemType(error) === '/problems/proof-needed') setProven(false);
    setSaid(wrong(error));
    await again();
  };
  const prove = () => {
    setSaid('');
    setProven(true);
  };
  return (
    <SubPage of="settings" head={say('set.passkeys')}>
      <p>{say('passkeys.say')}</p>
      {found && (
        <ul class="rows">
          {found.items.map((one) => (
            <Item
              key={one.id}
              name={one.label ?? say('device.any')}
              says={
                one.last_used_at
                  ? say('devices.used', { time: day(one.last_used_at) })
                  : say('passkeys.since', { time: day(one.created_at) })
              }
            >
              {proven && (
                <Button
                  onPress={() =>
                    api.DELETE('/v1/passkeys/{passkey_id}', { params: { path: { passkey_id: one.id } } }).then(told)
                  }
                >
                  {say('channel.remove')}
                </Button>
              )}
            </Item>
          ))}
          {!found.items.length && <Item name={say('passkeys.none')} />}
        </ul>
      )}
      <Wrong>{said}</Wrong>
      {proven ? (
        <Button kind="main" onPress={() => addPasskey().then(told)}>
          {say('passkeys.add')}
        </Button>
      ) : (
        <Proof to={say('passkeys.change')} onProven={prove} />
      )}
    </SubPage>
  );
}
