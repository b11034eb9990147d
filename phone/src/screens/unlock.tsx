// Opens the app lock: by PIN, or by the phone's own finger, face or code.
import { useEffect, useState } from 'preact/hooks';
import { Button, ErrorText, Sheet } from '../components/basics';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { useMovingField } from '../components/moving-field';
import { MOST_TRIES, PIN_PATTERN } from '../domain/pin';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { lockNote } from '../platform/lock-note';
import type { Opening } from '../store/app-lock';
import { openWithPhone, openWithPin, waitForPin } from '../store/app-lock';
import { go } from '../store/router';
import { signOut, unlock } from '../store/session';
import { state } from '../store/store';

const MINUTE_MS = 60_000;

/** A field for a PIN. `fresh`: it is chosen now. */
export const PinField = ({ label, fresh }: { label: string; fresh?: boolean }) => (
  <Field
    label={label}
    hint={fresh && t('lock.pin-hint')}
    otherwise={t('field-error.pin')}
    name="pin"
    // No password: a browser that offers to fill it in would open it for anybody.
    class="field pin"
    inputMode="numeric"
    autocomplete="off"
    pattern={PIN_PATTERN}
    dir="ltr"
    required
  />
);

/** Asks before anything of the lock is changed, too. */
export function Opener({ label, onOpen }: { label: string; onOpen: () => unknown }) {
  const [wait, setWait] = useState(0);
  const [message, setMessage] = useState('');
  useEffect(() => void waitForPin().then(setWait), []);
  // A press that arrives meanwhile brings another screen, with the same field in it.
  const around = useMovingField<HTMLDivElement>('pin');
  const finish = async (opening: Opening): Promise<string> => {
    if (opening === '') await onOpen();
    if (typeof opening !== 'object') return opening && t(`lock-not.${opening}`);
    setWait(opening.wait);
    return '';
  };
  if (wait === Infinity) return <p role="alert">{t('lock.too-many', { n: MOST_TRIES })}</p>;
  if (lockNote()?.way === 'phone')
    return (
      <section class="stack">
        <ErrorText>{message}</ErrorText>
        <Button icon="key" onPress={async () => setMessage(await finish(await openWithPhone()))}>
          {t('lock.open-phone')}
        </Button>
      </section>
    );
  const typed = async (readField: ReadField, form: HTMLFormElement) => {
    const opening = await openWithPin(readField('pin'));
    form.reset();
    return finish(opening);
  };
  return (
    <>
      {wait > 0 && <Wait ms={wait} onOver={() => setWait(0)} />}
      {/* Hidden and not taken away: the reply to a try is still on its way to it. */}
      <div hidden={wait > 0} ref={around}>
        <Form send={typed} submit={label} kind="">
          <PinField label={t('lock.pin')} />
        </Form>
      </div>
    </>
  );
}

/** Until the next try. */
function Wait({ ms, onOver }: { ms: number; onOver: () => void }) {
  useEffect(() => {
    const timer = setTimeout(onOver, ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return <p role="alert">{t('lock.wait', { time: clock(Math.ceil((Date.now() + ms) / MINUTE_MS) * MINUTE_MS) })}</p>;
}

export function Unlock() {
  return (
    <section class="stack">
      <Opener label={t('lock.open')} onOpen={unlock} />
      {/* Signing out would take a press with it that has not arrived. */}
      {!state.pendingPress && <SignInAgain />}
    </section>
  );
}

function SignInAgain() {
  const [asked, setAsked] = useState(false);
  const leave = async () => {
    await signOut();
    go('sign-in');
  };
  return (
    <>
      <Button kind="quiet" onPress={() => setAsked(true)}>
        {t('lock.sign-in')}
      </Button>
      {asked && (
        <Sheet title={t('lock.sign-in')} onClose={() => setAsked(false)}>
          <p>{t('lock.sign-in-say')}</p>
          <Button onPress={leave}>{t('settings.sign-out')}</Button>
        </Sheet>
      )}
    </>
  );
}
