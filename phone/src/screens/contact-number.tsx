// The number that my circle may call: asked once, after the first member, and changed in the settings.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button } from '../components/basics';
import { Field } from '../components/field';
import { Form } from '../components/form';
import { PhoneNumber } from '../components/people';
import { SubPage } from '../components/sub-page';
import { problemType } from '../domain/problems';
import { t, tRich } from '../i18n';
import { errorText } from '../i18n/problem';
import { readSlot, writeSlot } from '../platform/slots';
import { change, state } from '../store/store';

const SLOT = 'number-asked';

/** Return the error message, or '' on success. The server may normalise the number, so the field then shows its form. */
async function saveNumber(contact: string | null, form?: HTMLFormElement): Promise<string> {
  const { data, error } = await api.PATCH('/v1/me', { body: { contact } });
  if (data) {
    change({ me: data, toast: t('all.saved') });
    const field = form?.elements.namedItem('number') as HTMLInputElement | null;
    if (field) field.value = data.contact ?? '';
  }
  return problemType(error) === '/problems/invalid' ? t('contact-number.invalid') : errorText(error);
}

export function NumberForm({
  after,
  kind = '',
  onSaved,
}: {
  after: ComponentChildren;
  kind?: string;
  onSaved?: () => unknown;
}) {
  const save = async (contact: string, form: HTMLFormElement) => {
    const message = await saveNumber(contact, form);
    if (!message) onSaved?.();
    return message;
  };
  return (
    <Form
      send={(readField, form) => save(readField('number'), form)}
      submit={t('contact-number.share')}
      kind={kind}
      after={after}
    >
      <Field
        label={t('contact-number.field')}
        name="number"
        type="tel"
        dir="ltr"
        autocomplete="tel"
        hint={tRich('contact-number.hint', { number: <PhoneNumber of="+12025550143" /> })}
        required
        defaultValue={state.me?.contact ?? ''}
      />
    </Form>
  );
}

export function NumberQuestion({ pressed }: { pressed: boolean }) {
  const [dismissed, setDismissed] = useState(() => readSlot(SLOT) !== null);
  if (!pressed || dismissed || !state.me || state.me.contact) return null;
  const notNow = () => {
    writeSlot(SLOT, '1');
    setDismissed(true);
  };
  return (
    <section class="card">
      <h2 class="say-2">{t('contact-number.head')}</h2>
      <p class="soft">{t('contact-number.say')}</p>
      <NumberForm
        after={
          <Button kind="quiet" onPress={notNow}>
            {t('contact-number.not-now')}
          </Button>
        }
      />
    </section>
  );
}

export function ContactNumber() {
  return (
    <SubPage of="settings" head={t('settings.number')} says={t('contact-number.say')}>
      {state.me?.contact && <p>{tRich('contact-number.current', { number: <PhoneNumber of={state.me.contact} /> })}</p>}
      <NumberForm
        after={
          state.me?.contact && (
            <Button kind="quiet" onPress={async () => change({ toast: (await saveNumber(null)) || t('all.saved') })}>
              {t('contact-number.stop-sharing')}
            </Button>
          )
        }
      />
    </SubPage>
  );
}
