// Something that was meant for now, in the inbox: done or not today, with one tap.
import { useState } from 'preact/hooks';
import { Button, ErrorText } from '../components/basics';
import type { Commitment } from '../components/commitments';
import { sayDay, textOf } from '../components/commitments';
import { timeInWords } from '../components/hours-in-words';
import { Lamp } from '../components/lamp';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { fromHere, go, to } from '../store/router';
import { change } from '../store/store';
import { today } from '../store/today';

export function DueCard({ of, onSaid }: { of: Commitment; onSaid: () => Promise<void> }) {
  const [message, setMessage] = useState('');
  const say = async (done: boolean) => {
    const ifHere = fromHere();
    const { error, waits } = await sayDay(of.id, today(), done, null);
    setMessage(errorText(error));
    if (error) return;
    // A hand is offered there.
    if (!done) return ifHere(() => go('commitments', of.id, 'not-today'));
    change({ toast: t(waits ? 'commitment.waits' : 'commitment.said-done') });
    await onSaid();
  };
  return (
    <section class="card">
      <div class="line">
        <Lamp state="lit" />
        <div>
          <h2 class="name">{t('commitment.name')}</h2>
          <p>
            <a href={to('commitments', of.id)}>
              {t('commitment.line', { text: textOf(of), time: timeInWords(of.at) })}
            </a>
          </p>
        </div>
      </div>
      <ErrorText>{message}</ErrorText>
      <div class="two">
        <Button kind="slim" onPress={() => say(true)}>
          {t('commitment.done')}
        </Button>
        <Button kind="slim" onPress={() => say(false)}>
          {t('commitment.not-today')}
        </Button>
      </div>
    </section>
  );
}
