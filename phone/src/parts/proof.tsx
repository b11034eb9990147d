// The passphrase once more: whoever holds an open phone cannot change the ways into an account, or end it.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api, kindOf } from '../api/client';
import { say } from '../words';
import { wrong } from '../words/problem';
import { Button, Wrong } from './basics';
import { Secret } from './passphrase';

const WRONG = '/problems/wrong-credentials';

/** Fresh proof for the next five minutes; what went wrong, in words, or nothing. */
export async function prove(passphrase: string): Promise<string> {
  const { error } = await api.POST('/v1/sessions/current/proof', { body: { passphrase } });
  if (!error) return '';
  return kindOf(error) === WRONG ? say('proof.wrong') : wrong(error);
}

/** `to`: what it is given for, on the button. `onProven` says what went wrong there, if anything did. */
export function Proof({ to, quiet, onProven, children }: { to: string; quiet?: boolean; onProven: () => unknown; children?: ComponentChildren }) {
  const [said, setSaid] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const refused = await prove(String(new FormData(event.currentTarget as HTMLFormElement).get('proof')));
    setSaid(refused);
    if (!refused) await onProven();
  };
  return (
    <form class="stack" onSubmit={submit}>
      <div class="stack tight">
        <Secret label={say('proof.ask')} id="proof" autocomplete="current-password" />
      </div>
      <Wrong>{said}</Wrong>
      {children}
      <Button submit kind={quiet ? 'quiet' : ''}>
        {to}
      </Button>
    </form>
  );
}
