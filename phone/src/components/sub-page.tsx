// The way back, and a page below one of the tabs.
import type { ComponentChildren } from 'preact';
import { t } from '../i18n';
import { to } from '../store/router';
import { Headline } from './basics';
import { Icon } from './icons';

/** The way back, with a word about where this is. */
export function Back({ href, children }: { href: string; children?: ComponentChildren }) {
  return (
    <div class="line back">
      <a class="icon bare" href={href} aria-label={t('all.back')}>
        <Icon name="back" />
      </a>
      <p class="head">{children}</p>
    </div>
  );
}

/** A page below one of the tabs: the way back, headline and explanation. */
export function SubPage({
  of,
  head,
  says,
  children,
}: {
  of: 'circle' | 'settings';
  head: string;
  says?: string;
  children: ComponentChildren;
}) {
  return (
    <main class="page">
      <Back href={to(of)}>{t(`tab.${of}`)}</Back>
      <div class="stack">
        <Headline small>{head}</Headline>
        {says && <p class="soft">{says}</p>}
      </div>
      {children}
    </main>
  );
}
