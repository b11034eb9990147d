// The companion's side of a bookend: until when they stand by; once it was missed, what it was about and how to reach who began it.
import { useEffect } from 'preact/hooks';
import { Headline } from '../components/basics';
import { Call, nameOf } from '../components/people';
import { Back } from '../components/sub-page';
import type { Schemas } from '../contract/types';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { readShown } from '../store/mark-read';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';

type Bookend = Schemas['BookendOut'];
/** Between being asked how one is, being asked once more, and somebody being told. */
export const AGAIN_MS = 10 * 60_000;

/** It was cancelled, or I am not the companion any more. */
export function Over() {
  return (
    <main class="page">
      <Back href={to('inbox')}>{t('bookend.name')}</Back>
      <section class="stack">
        <Headline live>{t('bookend.over')}</Headline>
        <p>{t('bookend.over-say')}</p>
      </section>
    </main>
  );
}

/** Mark the notices about the bookend on the screen as read. */
export async function markSeen(id: string): Promise<void> {
  if (await readShown((notice) => notice.bookend_id === id)) await refresh();
}

/** The companion's view: until when; once it was missed, what it was about and how to reach them. */
export function Companion({ of }: { of: Bookend }) {
  const name = nameOf(of.from);
  const over = of.checked_in_at !== null;
  const companionTold = of.companion_told_at !== null;
  const open = companionTold ? 'bookend.companion-missed' : 'bookend.companion-head';
  useEffect(() => void markSeen(of.id), [of.id, state.refreshes]);
  return (
    <main class="page">
      <Back href={to('inbox')}>{t('bookend.name')}</Back>
      <section class="stack">
        <Headline live>{t(over ? 'bookend.companion-over' : open, { name })}</Headline>
        {of.what && <blockquote class="words">{of.what}</blockquote>}
        {!over && (
          <p>
            {t(companionTold ? 'bookend.companion-missed-say' : 'bookend.companion-say', {
              name,
              time: clock(of.due_at),
              later: clock(Date.parse(of.due_at) + 2 * AGAIN_MS),
            })}
          </p>
        )}
      </section>
      {!over && companionTold && !of.contact && (
        <section class="stack">
          <p class="soft">{t('incoming.no-number', { name })}</p>
          <a class="btn" href={to('people', of.from.id)}>
            {t('answered.write', { name })}
          </a>
        </section>
      )}
      {!over && of.contact && (
        <section class="stack">
          <Call look="btn main" number={of.contact}>
            {t('all.call', { name })}
          </Call>
          <Call text number={of.contact}>
            {t('all.text', { name })}
          </Call>
        </section>
      )}
    </main>
  );
}
