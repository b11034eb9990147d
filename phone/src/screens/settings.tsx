// Settings of this phone and this account, each with its current value.

import { api, whole } from '../api/client';
import { Button, Headline, RadioGroup } from '../components/basics';
import { hasHours, hoursInWords } from '../components/hours-in-words';
import { Icon } from '../components/icons';
import { usePasskeysOffered } from '../components/passkeys-offered';
import { PhoneNumber } from '../components/people';
import { Group, LinkItem, Row } from '../components/rows';
import { SecondWay } from '../components/second-way';
import { Toggle } from '../components/toggle';
import { useQuery } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { isAway } from '../domain/morning';
import { language, t, tRich } from '../i18n';
import { LANGUAGES } from '../i18n/languages';
import { moment } from '../i18n/span';
import { serverNow } from '../platform/clock';
import { tryRead } from '../platform/locale';
import { lockNote } from '../platform/lock-note';
import type { Preferences } from '../store/preferences';
import { preferences, setPreferences } from '../store/preferences';
import { updateProfile } from '../store/profile';
import { refresh } from '../store/refresh';
import { go, to } from '../store/router';
import { signOut } from '../store/session';
import { askForProof, change, state } from '../store/store';
import { NotifyCard } from './notify';

type Channel = Schemas['ChannelOut'];
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** Two-letter codes that are no countries: unions, test codes, unknown. */
const NOT_COUNTRIES = 'EU EZ QO UN XA XB ZZ';

let countries: [string, string][] = [];
let countriesLanguage = '';

/** Return every country that the phone has a name for, with its two-letter code. Slow, so it is cached per language. */
function allCountries(lang: string): [string, string][] {
  if (countriesLanguage === lang) return countries;
  const names = tryRead<Intl.DisplayNames | null>(
    () => new Intl.DisplayNames(lang, { type: 'region', fallback: 'none' }),
    null,
  );
  if (!names) return [];
  const pairs = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
  const known = pairs.filter(
    (code) =>
      !NOT_COUNTRIES.includes(code) &&
      tryRead(() => new Intl.Locale(`und-${code}`).region === code && names.of(code), ''),
  );
  countriesLanguage = lang;
  countries = known
    .map((code): [string, string] => [code, names.of(code) ?? code])
    .sort((a, b) => a[1].localeCompare(b[1]));
  return countries;
}

export function Settings() {
  const { me } = state;
  const [channels] = useQuery(() => api.GET('/v1/channels', whole));
  const passkeys = usePasskeysOffered();
  if (!me) return null;
  const locked = lockNote();
  const confirmed = channels?.items.filter((channel) => channel.confirmed_at);
  const current = preferences();
  const wakeSentence = me.wake_me ? 'hours.wake-say' : 'hours.quiet-say';
  // Switching it off needs hours: nothing changes until they are saved.
  const setWake = (wake_me: boolean) =>
    wake_me || hasHours(me) ? updateProfile({ wake_me }) : go('settings', 'hours');
  return (
    <main class="page">
      <Headline small>{t('tab.settings')}</Headline>
      <NotifyCard />
      <SecondWay />
      <Group head={t('settings.reachability')}>
        <LinkItem href={pageHref('hours')} name={t('settings.hours')} says={hoursInWords(me)} />
        <Toggle
          name={t('settings.wake')}
          says={t(hasHours(me) ? wakeSentence : 'hours.none-say')}
          on={me.wake_me || !hasHours(me)}
          onChange={setWake}
        />
        <LinkItem
          href={pageHref('away')}
          name={t('away.head')}
          says={isAway(me, serverNow()) ? t('helper.off', { time: moment(me.away_until ?? '') }) : t('away.none')}
        />
        <LinkItem
          href={pageHref('number')}
          name={t('settings.number')}
          says={me.contact ? <PhoneNumber of={me.contact} /> : t('contact-number.not-shared')}
        />
        <LinkItem
          href={pageHref('fallback')}
          name={t('settings.channels')}
          says={
            confirmed?.length
              ? confirmed.map((channel, index) => [index > 0 && ', ', channelInWords(channel)])
              : t('settings.channels-none')
          }
        />
      </Group>
      <section class="stack">
        <h2 class="head">{t('settings.appearance')}</h2>
        <RadioGroup<Preferences['theme']>
          legend={t('settings.theme')}
          name="theme"
          value={current.theme}
          options={[
            ['auto', t('theme.auto')],
            ['night', t('theme.night')],
            ['day', t('theme.day')],
          ]}
          onPick={(theme) => void setPreferences({ theme })}
        />
        <ul class="rows">
          <SelectRow
            name={t('settings.language')}
            value={language()}
            options={Object.entries(LANGUAGES)}
            onPick={(chosen) =>
              void setPreferences({ language: chosen }).then(() => updateProfile({ language: chosen }))
            }
          />
          <SelectRow
            name={t('settings.region')}
            value={me.region ?? ''}
            options={[['', t('settings.region-none')], ...allCountries(language())]}
            onPick={(chosen) => void updateProfile({ region: chosen || null }).then(refresh)}
          />
          <Toggle
            name={t('settings.my-name')}
            says={t('settings.my-name-say')}
            on={me.my_name_in_pushes}
            onChange={(my_name_in_pushes) => updateProfile({ my_name_in_pushes })}
          />
          <Toggle
            name={t('settings.names')}
            says={t('settings.names-say')}
            on={me.names_in_my_pushes}
            onChange={(names_in_my_pushes) => updateProfile({ names_in_my_pushes })}
          />
          <Toggle
            name={t('settings.quick-hide')}
            says={t('settings.quick-hide-say')}
            on={current.quick_hide}
            onChange={(quick_hide) => void setPreferences({ quick_hide })}
          />
        </ul>
      </section>
      <Group head={t('settings.mine')}>
        <LinkItem href={pageHref('plan')} name={t('plan.mine')} says={t('plan.settings-say')} />
        <LinkItem href={to('week')} name={t('weekly.name')} says={t('weekly.settings-say')} />
        <LinkItem href={to('bookends')} name={t('bookend.name')} says={t('home.bookend')} />
        <LinkItem href={to('commitments')} name={t('commitments.name')} says={t('commitments.say')} />
        <LinkItem href={pageHref('rhythm')} name={t('rhythm.head')} says={t('rhythm.check-in')} />
        <LinkItem
          href={pageHref('reflections')}
          name={t('settings.reflections')}
          says={t('settings.reflections-say')}
        />
        <LinkItem href={pageHref('devices')} name={t('settings.devices')} says={t('access.settings-say')} />
        <LinkItem
          href={pageHref('passphrase')}
          name={t('settings.passphrase')}
          says={me.sign_in_name && tRich('settings.sign-in-name', { name: <bdi dir="ltr">{me.sign_in_name}</bdi> })}
        />
        {passkeys && (
          <LinkItem href={pageHref('passkeys')} name={t('settings.passkeys')} says={t('settings.passkeys-say')} />
        )}
        <LinkItem
          href={pageHref('lock')}
          name={t('lock.settings')}
          says={t(locked ? `lock-on.${locked.way}` : 'lock.none')}
        />
        <LinkItem href={pageHref('privacy')} name={t('settings.privacy')} />
        <li>
          <button type="button" class="row" onClick={downloadExport}>
            <Row name={t('settings.export')} says={t('settings.export-say')} />
            <Icon name="next" />
          </button>
        </li>
        <LinkItem href={pageHref('import')} name={t('import.head')} says={t('import.settings-say')} />
        <LinkItem href={pageHref('delete')} name={t('settings.delete')} />
      </Group>
      <Button onPress={signOut}>{t('settings.sign-out')}</Button>
      <SourceCode />
    </main>
  );
}

/** Where the source of this server is (AGPL-3.0, section 13): its operator names the address. */
function SourceCode() {
  const [config] = useQuery(() => api.GET('/v1/config'));
  if (!config) return null;
  return (
    <p class="soft small mid">
      {config.source_url
        ? tRich('settings.source', {
            link: (
              <a href={config.source_url} target="_blank" rel="noreferrer">
                {t('settings.source-link')}
              </a>
            ),
          })
        : t('settings.source-ask')}
    </p>
  );
}

/**
 * Download everything that is kept of me, as a ZIP if the server makes one. Fetched first: a plain link would leave an
 * installed app blank without a network.
 */
async function downloadExport(): Promise<void> {
  const response = await fetch('/v1/me/export?format=zip').catch(() => null);
  // Not through the client, which reads JSON: so proof is asked for here.
  if (response?.status === 403) return (await askForProof()) ? downloadExport() : undefined;
  const file = await (response?.ok ? response.blob() : null)?.catch(() => null);
  if (!file) return change({ toast: t(response ? 'all.error' : 'all.network-error') });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.type.includes('zip') ? 'porchlight.zip' : 'porchlight.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const kindInWords = (kind: Channel['kind']): string => t(`channel-kind.${kind}`);
export const channelInWords = ({ kind, address }: Channel) =>
  tRich('channel.to', { kind: kindInWords(kind), address: <bdi dir="ltr">{address}</bdi> });

const pageHref = (name: string): string => to('settings', name);

/** A row with the phone's own selection list. */
function SelectRow({
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
