// Settings: what this phone and this account do, each with its present state beside it.

import { api, whole } from '../api/client';
import { Button, Pick, Says, Switch } from '../components/basics';
import { hasHours, hoursInWords } from '../components/hours-in-words';
import { Icon } from '../components/icons';
import { Number_ } from '../components/people';
import { Group, Item, LinkItem, Row } from '../components/rows';
import { useAsked, useOffered } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { LANGUAGES, language, rich, say } from '../i18n';
import { reported } from '../platform/locale';
import type { Look } from '../store/preferences';
import { looks, setLook } from '../store/preferences';
import { patch } from '../store/profile';
import { look } from '../store/refresh';
import { go, to } from '../store/router';
import { signOut } from '../store/session';
import { change, state } from '../store/store';
import { NotifyCard } from './notify';

type Channel = Schemas['ChannelOut'];
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** Two letters that name something else than a country: unions, test codes, what is not known. */
const NO_COUNTRY = 'EU EZ QO UN XA XB ZZ';

let countries: [string, string][] = [];
let countriesIn = '';

/** Every country that the phone has a name for, by its two letters. Naming them takes a moment, so it is done once a language. */
function everyCountry(lang: string): [string, string][] {
  if (countriesIn === lang) return countries;
  const names = reported<Intl.DisplayNames | null>(
    () => new Intl.DisplayNames(lang, { type: 'region', fallback: 'none' }),
    null,
  );
  if (!names) return [];
  const pairs = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
  const known = pairs.filter(
    (code) =>
      !NO_COUNTRY.includes(code) &&
      reported(() => new Intl.Locale(`und-${code}`).region === code && names.of(code), ''),
  );
  countriesIn = lang;
  countries = known
    .map((code): [string, string] => [code, names.of(code) ?? code])
    .sort((a, b) => a[1].localeCompare(b[1]));
  return countries;
}

export function Settings() {
  const { me } = state;
  const [channels] = useAsked(() => api.GET('/v1/channels', whole));
  const passkeys = useOffered();
  if (!me) return null;
  const confirmed = channels?.items.filter((one) => one.confirmed_at);
  const look_ = looks();
  const wakes = me.wake_me ? 'hours.wake-say' : 'hours.quiet-say';
  // A no needs hours: until they are chosen and saved, nothing has changed.
  const wake = (wake_me: boolean) => (wake_me || hasHours(me) ? patch({ wake_me }) : go('settings', 'hours'));
  return (
    <main class="page">
      <Says small>{say('tab.settings')}</Says>
      <NotifyCard />
      <Group head={say('set.reach')}>
        <LinkItem href={page('hours')} name={say('set.hours')} says={hoursInWords(me)} />
        <Toggle
          name={say('set.wake')}
          says={say(hasHours(me) ? wakes : 'hours.none-say')}
          on={me.wake_me || !hasHours(me)}
          onChange={wake}
        />
        <LinkItem
          href={page('number')}
          name={say('set.number')}
          says={me.contact ? <Number_ of={me.contact} /> : say('number.none')}
        />
        <LinkItem
          href={page('fallback')}
          name={say('set.fallback')}
          says={
            confirmed?.length
              ? confirmed.map((one, index) => [index > 0 && ', ', channelInWords(one)])
              : say('set.fallback-none')
          }
        />
      </Group>
      <section class="stack">
        <h2 class="head">{say('set.looks')}</h2>
        <Pick<Look['theme']>
          legend={say('set.theme')}
          name="theme"
          value={look_.theme}
          options={[
            ['auto', say('set-theme.auto')],
            ['night', say('set-theme.night')],
            ['day', say('set-theme.day')],
          ]}
          onPick={(theme) => void setLook({ theme })}
        />
        <ul class="rows">
          <Choice
            name={say('set.language')}
            value={language()}
            options={Object.entries(LANGUAGES)}
            onPick={(chosen) => void setLook({ language: chosen }).then(() => patch({ language: chosen }))}
          />
          <Choice
            name={say('set.region')}
            value={me.region ?? ''}
            options={[['', say('set.region-none')], ...everyCountry(language())]}
            onPick={(chosen) => void patch({ region: chosen || null }).then(look)}
          />
          <Toggle
            name={say('set.hide')}
            says={say('set.hide-say')}
            on={look_.quick_hide}
            onChange={(quick_hide) => void setLook({ quick_hide })}
          />
        </ul>
      </section>
      <Group head={say('set.mine')}>
        <LinkItem href={to('bookends')} name={say('bookend.name')} />
        <LinkItem href={page('reflections')} name={say('set.reflections')} says={say('set.reflections-say')} />
        <LinkItem href={page('devices')} name={say('set.devices')} says={say('set.devices-say')} />
        <LinkItem href={page('passphrase')} name={say('set.passphrase')} />
        {passkeys && <LinkItem href={page('passkeys')} name={say('set.passkeys')} says={say('set.passkeys-say')} />}
        <LinkItem href={page('privacy')} name={say('set.privacy')} />
        <li>
          <button type="button" class="row" onClick={takeAlong}>
            <Row name={say('set.export')} says={say('set.export-say')} />
            <Icon name="next" />
          </button>
        </li>
        <LinkItem href={page('delete')} name={say('set.delete')} />
      </Group>
      <Button onPress={signOut}>{say('set.sign-out')}</Button>
    </main>
  );
}

/** Everything that is kept of me, as a file: pages to read where the server makes them. Fetched first: without a network an installed app would only go blank. */
async function takeAlong(): Promise<void> {
  const found = await fetch('/v1/me/export?format=zip').catch(() => null);
  const file = await (found?.ok ? found.blob() : null)?.catch(() => null);
  if (!file) return change({ word: say(found ? 'all.wrong' : 'all.no-way') });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.type.includes('zip') ? 'porchlight.zip' : 'porchlight.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const kindInWords = (kind: Channel['kind']): string => say(`channel-kind.${kind}`);
export const channelInWords = ({ kind, address }: Channel) =>
  rich('channel.to', { kind: kindInWords(kind), address: <bdi dir="ltr">{address}</bdi> });

const page = (name: string): string => to('settings', name);

function Toggle({
  name,
  says,
  on,
  onChange,
}: {
  name: string;
  says: string;
  on: boolean;
  onChange: (on: boolean) => unknown;
}) {
  return (
    <Item name={name} says={says}>
      <Switch label={name} on={on} onChange={onChange} />
    </Item>
  );
}

/** A row that opens the phone's own list. */
function Choice({
  name,
  value,
  options,
  onPick,
}: {
  name: string;
  value: string;
  options: [string, string][];
  onPick: (value: string) => void;
}) {
  return (
    <li class="row choice">
      <Row name={name} says={options.find(([option]) => option === value)?.[1]} />
      <Icon name="next" />
      <select aria-label={name} value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {options.map(([option, shown]) => (
          <option key={option} value={option}>
            {shown}
          </option>
        ))}
      </select>
    </li>
  );
}
