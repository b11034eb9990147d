// "How are you now?": we are talking, ask again, I'm okay now, I pressed by mistake. Only the person closes a reach-out.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import type { ReachOut } from '../contract/types';
import type { Ending } from '../domain/press';
import { repeatPushRecipients } from '../domain/push-recipients';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { startPress } from '../store/press';
import { refresh } from '../store/refresh';
import { change, state } from '../store/store';
import { Button, Sheet } from './basics';
import { nameOf, names } from './people';

const at = (of: ReachOut) => ({ path: { reach_out_id: of.id } });

/** The all-clear for everyone told, after the same three seconds as the press. */
const close = (of: ReachOut, outcome: Ending) => startPress({ id: of.id, outcome });

export async function talking(of: ReachOut, person_id: string | null = null): Promise<void> {
  const { data, error } = await api.POST('/v1/reach-outs/{reach_out_id}/together', {
    params: at(of),
    body: { person_id },
  });
  change(data ? { myReachOut: data } : { toast: errorText(error) });
}

export function OkayButton({ of, main }: { of: ReachOut; main?: boolean }) {
  return (
    <Button kind={main ? 'main' : 'quiet'} onPress={() => close(of, of.state === 'waiting' ? 'ok_now' : 'connected')}>
      {t('close.okay')}
    </Button>
  );
}

export function CloseActions({ of }: { of: ReachOut }) {
  const [asking, setAsking] = useState(false);
  const recipients = of.recipients.filter((recipient) => recipient.state !== 'queued');
  return (
    <section class="stack" aria-label={t('close.head')}>
      <Button onPress={() => (recipients.length === 1 ? talking(of, recipients[0]?.person.id) : setAsking(true))}>
        {t('close.talking')}
      </Button>
      <div class="two">
        <OkayButton of={of} />
        <Button kind="quiet" onPress={() => close(of, 'mistake')}>
          {t('close.mistake')}
        </Button>
      </div>
      {asking && (
        <Sheet title={t('close.with-whom')} onClose={() => setAsking(false)}>
          {recipients.map((recipient) => (
            <Button key={recipient.person.id} onPress={() => talking(of, recipient.person.id)}>
              {nameOf(recipient)}
            </Button>
          ))}
        </Sheet>
      )}
    </section>
  );
}

/** Pushes everyone told once more and takes the next step of the ladder; then says what really happened. */
export function AskAgain({ of, kind = '', children }: { of: ReachOut; kind?: string; children: string }) {
  const [message, setMessage] = useState('');
  const ask = async () => {
    const { data, error } = await api.POST('/v1/reach-outs/{reach_out_id}/nudge', { params: at(of) });
    if (!data) return setMessage(errorText(error));
    change({ myReachOut: data });
    // Who is available may have changed since the last refresh, and who was told by now is newer than this reply.
    await refresh();
    const again = repeatPushRecipients(data.recipients, state.circle ?? []);
    // Once somebody has answered, the top of the page says what happened.
    const pushed = data.pushed_at !== of.pushed_at;
    if (pushed && again.length) setMessage(t('waiting.asked-again', { n: again.length, names: names(again) }));
    else if (of.state !== 'waiting') setMessage('');
    else setMessage(t(again.length ? 'waiting.asked-just-now' : 'waiting.asked-inbox-only'));
  };
  return (
    <>
      <Button kind={kind} onPress={ask}>
        {children}
      </Button>
      <p role="status">{message}</p>
    </>
  );
}
