// Inviting somebody: who it is, then a code for their camera and a link for everything else.
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import type { Member, Schemas } from '../api/client';
import { newKey } from '../outbox/flush';
import { Button, Pick, Sheet, Wrong } from '../parts/basics';
import { roles } from '../parts/people';
import { say } from '../words';
import { wrong } from '../words/problem';
import { moment } from '../words/span';

export function Invite({ onClose }: { onClose: () => void }) {
  const [who, setWho] = useState<Member['role']>('friend');
  const [made, setMade] = useState<Schemas['InvitedOut']>();
  const [said, setSaid] = useState('');
  const [key] = useState(newKey);
  const make = async () => {
    const { data, error } = await api.POST('/v1/invitations', { params: once(key + who), body: { role: who } });
    setMade(data);
    setSaid(wrong(error));
  };
  return (
    <Sheet title={say('invite.head')} onClose={onClose}>
      {made ? (
        <Made of={made} />
      ) : (
        <>
          <h3 class="head">{say('invite.who')}</h3>
          <Pick legend={say('invite.who')} name="who" value={who} options={roles()} onPick={setWho} />
          <Wrong>{said}</Wrong>
          <Button kind="main" onPress={make}>
            {say('invite.show')}
          </Button>
        </>
      )}
    </Sheet>
  );
}

function Made({ of: { url, qr, expires_at } }: { of: Schemas['InvitedOut'] }) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(url).then(() => setCopied(true), () => undefined);
  return (
    <>
      <p class="soft">{say('invite.say')}</p>
      <svg class="qr" role="img" aria-label={say('invite.code')} viewBox={`-4 -4 ${qr.size + 8} ${qr.size + 8}`}>
        <path d={qr.path} />
      </svg>
      <p class="soft small mid">{say('invite.until', { time: moment(expires_at) })}</p>
      <div class="two">
        {'share' in navigator && <Button onPress={() => navigator.share({ text: say('invite.share-say'), url }).catch(() => undefined)}>{say('invite.share')}</Button>}
        <Button onPress={copy}>{say(copied ? 'all.copied' : 'invite.copy')}</Button>
      </div>
    </>
  );
}
