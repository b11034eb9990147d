// The number that my circle may call: asked once, after the first member, and changed in the settings.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Back, Button, Field, Says, Wrong } from '../parts/basics';
import { to } from '../route';
import { change, state } from '../state/store';
import { say } from '../words';
import { wrong } from '../words/problem';

const SLOT = 'number-asked';

/** Gives '' or what went wrong. */
async function share(contact: string | null): Promise<string> {
  const { data, error } = await api.PATCH('/v1/me', { body: { contact } });
  if (data) change({ me: data, word: say('all.saved') });
  return wrong(error);
}

function NumberForm({ children }: { children?: ComponentChildren }) {
  const [said, setSaid] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setSaid(await share(String(new FormData(event.currentTarget as HTMLFormElement).get('number'))));
  };
  return (
    <form class="stack" onSubmit={submit}>
      <Field label={say('number.field')} name="number" type="tel" autocomplete="tel" required defaultValue={state.me?.contact ?? ''} />
      <Wrong>{said}</Wrong>
      <Button submit>{say('number.yes')}</Button>
      {children}
    </form>
  );
}

export function NumberQuestion({ asked }: { asked: boolean }) {
  const [later, setLater] = useState(() => localStorage.getItem(SLOT) !== null);
  if (!asked || later || !state.me || state.me.contact) return null;
  const notNow = () => {
    localStorage.setItem(SLOT, '1');
    setLater(true);
  };
  return (
    <section class="card">
      <h2 class="say-2">{say('number.head')}</h2>
      <p class="soft">{say('number.say')}</p>
      <NumberForm>
        <Button kind="quiet" onPress={notNow}>
          {say('number.no')}
        </Button>
      </NumberForm>
    </section>
  );
}

export function NumberPage() {
  return (
    <main class="page">
      <Back href={to('settings')}>{say('tab.settings')}</Back>
      <div class="stack">
        <Says small>{say('set.number')}</Says>
        <p class="soft">{say('number.say')}</p>
      </div>
      <NumberForm>
        {state.me?.contact && (
          <Button kind="quiet" onPress={() => share(null)}>
            {say('number.remove')}
          </Button>
        )}
      </NumberForm>
    </main>
  );
}
