// The lock of the app on this phone, and what a shared phone gives away.
import { useEffect, useState } from 'preact/hooks';
import { Button, ErrorText, RadioGroup } from '../components/basics';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { Lamp } from '../components/lamp';
import { usePasskeysOffered } from '../components/passkeys-offered';
import { Group, Item } from '../components/rows';
import { SubPage } from '../components/sub-page';
import { Toggle } from '../components/toggle';
import { problemType } from '../domain/problems';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { span } from '../i18n/span';
import { lockNote } from '../platform/lock-note';
import { lockWithPhone, lockWithPin, removeLock, setAfter, setLamp } from '../store/app-lock';
import { CANCELLED } from '../store/passkeys';
import { preferences, setPreferences } from '../store/preferences';
import { go, replaceRoute } from '../store/router';
import { isNeeded, noteAsked } from '../store/shared-phone';
import { state } from '../store/store';
import { Opener, PinField } from './unlock';

const MINUTES = [0, 1, 5, 15];
const MINUTE_MS = 60_000;
const STANDARD = 5 * MINUTE_MS;

/** `asked`: once, after signing in, and not from Settings. */
export function AppLock({ asked: first }: { asked?: boolean }) {
  const [, redraw] = useState(0);
  const [proven, setProven] = useState(false);
  const onChange = () => redraw(Math.random());
  useEffect(noteAsked, []);
  // Somebody who needs company comes before it.
  const needed = first && isNeeded();
  useEffect(() => {
    if (needed) replaceRoute();
  }, [needed]);
  const note = lockNote();
  const asked = (
    <Group head={t('lock.settings')} after={<Opener label={t('lock.change')} onOpen={() => setProven(true)} />}>
      {note && <Item name={t(`lock-on.${note.way}`)} says={inWords(note.after)} />}
    </Group>
  );
  return (
    <SubPage of="settings" head={t('lock.shared')} says={t('lock.shared-say')}>
      {note && !proven ? asked : <Choice key={note?.way} onChange={onChange} onSet={() => setProven(false)} />}
      <ul class="rows">
        <Toggle
          name={t('settings.quick-hide')}
          says={t('settings.quick-hide-say')}
          on={preferences().quick_hide}
          onChange={(quick_hide) => setPreferences({ quick_hide })}
        />
      </ul>
      {!note?.without_lamp && (
        <section class="card">
          <div class="line">
            <Lamp state="lit" />
            <div>
              <p>{t('lock.works')}</p>
            </div>
          </div>
        </section>
      )}
      <Group head={t('lock.trace')}>
        {(['lock.trace-1', 'lock.trace-2', 'lock.trace-3'] as const).map((key) => (
          <li class="row low" key={key}>
            <span class="says">{t(key)}</span>
          </li>
        ))}
      </Group>
      {first && (
        <section class="stack">
          <Button kind="main" onPress={() => go()}>
            {t('lock.good')}
          </Button>
          <Button kind="quiet" onPress={() => go()}>
            {t('lock.mine-alone')}
          </Button>
        </section>
      )}
    </SubPage>
  );
}

const inWords = (after: number): string =>
  after ? t('lock.after-time', { time: span(after / 1_000) }) : t('lock.at-once');

function Choice({ onChange, onSet }: { onChange: () => void; onSet: () => void }) {
  const note = lockNote();
  const [after, pick] = useState(note?.after ?? STANDARD);
  const passkeys = usePasskeysOffered();
  const [message, setMessage] = useState('');
  // Without a secure context the browser seals nothing.
  if (!isSecureContext) return null;
  const done = () => {
    onSet();
    onChange();
  };
  const byPin = async (readField: ReadField) => {
    if (!(await lockWithPin(readField('pin'), after))) return t('all.error');
    done();
    return '';
  };
  const byPhone = async () => {
    const { error } = await lockWithPhone(after);
    setMessage(problemType(error) === CANCELLED ? t('lock.none-here') : errorText(error));
    if (!error) done();
  };
  return (
    <>
      <RadioGroup
        legend={t('lock.after')}
        asked
        name="after"
        value={`${after}`}
        options={MINUTES.map((minutes) => [`${minutes * MINUTE_MS}`, inWords(minutes * MINUTE_MS)])}
        onPick={(chosen) => {
          setAfter(Number(chosen));
          pick(Number(chosen));
        }}
      />
      {note ? (
        <>
          <ul class="rows">
            <Toggle
              name={t('lock.lamp')}
              says={t('lock.lamp-say')}
              on={!note.without_lamp}
              onChange={(on) => setLamp(on).then(onChange)}
            />
          </ul>
          <Button onPress={() => removeLock().then(done)}>{t('lock.off')}</Button>
        </>
      ) : (
        <>
          {passkeys && !!state.me?.ways_in?.passkeys && (
            <section class="stack">
              <p class="soft small">{t('lock.use-phone-say')}</p>
              <ErrorText>{message}</ErrorText>
              <Button icon="key" onPress={byPhone}>
                {t('lock.use-phone')}
              </Button>
            </section>
          )}
          <Form send={byPin} submit={t('lock.use-pin')} kind="">
            <PinField label={t('lock.new-pin')} fresh />
          </Form>
        </>
      )}
    </>
  );
}
