// The number that my circle may call: asked once, after the first member, and changed in the settings.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, Field, SubPage } from '../parts/basics';
import { Form } from '../parts/form';
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

function NumberForm({ after }: { after: ComponentChildren }) {
  return (
    <Form send={(filled) => share(filled('number'))} submit={say('number.yes')} kind="" after={after}>
      <Field label={say('number.field')} name="number" type="tel" autocomplete="tel" required defaultValue={state.me?.contact ?? ''} />
    </Form>
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
      <NumberForm
        after={
          <Button kind="quiet" onPress={notNow}>
            {say('number.no')}
          </Button>
        }
      />
    </section>
  );
}

export function NumberPage() {
  return (
    <SubPage of="settings" head={say('set.number')} says={say('number.say')}>
      <NumberForm
        after={
          state.me?.contact && (
            <Button kind="quiet" onPress={() => share(null)}>
              {say('number.remove')}
            </Button>
          )
        }
      />
    </SubPage>
  );
}
