// "How is it now?": we are talking, I'm okay now, I pressed by mistake. Closing is the person's alone.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import type { ReachOut } from '../api/client';
import { go } from '../route';
import { look } from '../state/everything';
import { change } from '../state/store';
import { say } from '../words';
import { wrong } from '../words/problem';
import { Button, Sheet } from './basics';
import { nameOf } from './people';

type Outcome = 'connected' | 'ok_now' | 'mistake';
const at = (of: ReachOut) => ({ path: { reach_out_id: of.id } });

/** Gives the all-clear to everyone told. What went wrong is said at the top of the page. */
export async function close(of: ReachOut, outcome: Outcome): Promise<void> {
  const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/close', { params: { ...at(of) }, body: { outcome } });
  if (error) return change({ word: wrong(error) });
  change({ mine: null, messages: [] });
  if (outcome === 'mistake') go();
  else go('reflection', of.id);
  change({ word: say(outcome === 'mistake' ? 'word.mistake' : 'word.clear') });
  void look();
}

export async function talking(of: ReachOut, person_id: string | null = null): Promise<void> {
  const { data, error } = await api.POST('/v1/reach-outs/{reach_out_id}/together', { params: at(of), body: { person_id } });
  change(data ? { mine: data } : { word: wrong(error) });
}

/** `short`: only what is left when "We are talking" stands elsewhere. */
export function HowIsIt({ of, short }: { of: ReachOut; short?: boolean }) {
  const [asking, setAsking] = useState(false);
  const okay = () => close(of, of.state === 'waiting' ? 'ok_now' : 'connected');
  if (short) {
    return (
      <Button kind="quiet" onPress={okay}>
        {say('how.okay')}
      </Button>
    );
  }
  const told = of.recipients.filter((recipient) => recipient.state !== 'queued');
  return (
    <section class="stack" aria-label={say('how.head')}>
      <div class="two">
        <Button onPress={() => (told.length === 1 ? talking(of, told[0]?.person.id) : setAsking(true))}>{say('how.talking')}</Button>
        <Button onPress={okay}>{say('how.okay')}</Button>
      </div>
      <Button kind="quiet" onPress={() => close(of, 'mistake')}>
        {say('how.mistake')}
      </Button>
      {asking && (
        <Sheet title={say('how.whom')} onClose={() => setAsking(false)}>
          {told.map((recipient) => (
            <Button key={recipient.person.id} onPress={() => talking(of, recipient.person.id)}>
              {nameOf(recipient)}
            </Button>
          ))}
        </Sheet>
      )}
    </section>
  );
}
