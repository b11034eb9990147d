// People and helplines that can be called.
import type { ComponentChildren } from 'preact';
import type { Country, Member, Recipient } from '../contract/types';
import { memberLamp } from '../domain/lamps';
import type { Key } from '../i18n';
import { isKey, t, tRich } from '../i18n';
import { list } from '../i18n/format';
import { to } from '../store/router';
import { state } from '../store/store';
import { Icon } from './icons';
import { Lamp } from './lamp';
import { Item, LinkItem, Row } from './rows';

type Named = { person: { display_name: string | null } };

export const nameOf = (someone: Named | { display_name: string | null } | null | undefined): string => {
  const person = someone && 'person' in someone ? someone.person : someone;
  return person?.display_name ?? t('all.someone');
};

/** "Ana, Ben and Chidi", or their number from four on. `owners`: possessive, as "Ana's and Ben's". */
export const names = (people: Named[], owners = false): string => {
  const all = people.length > 3 ? [t('all.people', { n: people.length })] : people.map(nameOf);
  return list(owners ? all.map((name) => t('all.possessive', { name })) : all);
};

/** Each member as a lamp above a name: who can be reached now. Both lead to their page. */
export const CircleLamps = ({ of }: { of: Member[] }) => (
  <ul class="lamps">
    {of.map((member) => (
      <li key={member.id}>
        <a href={to('people', member.person.id)}>
          <Lamp state={memberLamp(member)} />
          <span>
            {nameOf(member)}
            <span class="sr">{t(member.available_now ? 'home.reachable' : 'home.unreachable')}</span>
          </span>
        </a>
      </li>
    ))}
  </ul>
);

type Role = Member['role'];
const ROLES: Record<Role, Key> = {
  sponsor: 'role.sponsor',
  friend: 'role.friend',
  partner: 'role.partner',
  family: 'role.family',
  counselor: 'role.counselor',
  fellow: 'role.fellow',
};
export const role = (of: Role): string => t(ROLES[of]);
/** Every role, to choose from. */
export const roles = (): [Role, string][] => (Object.keys(ROLES) as Role[]).map((of) => [of, role(of)]);

/** For tel: and sms:, without the separators that make a number readable. */
export const dial = (number: string): string => number.replace(/[^\d+*#]/g, '');

/** In groups, as it is read aloud: +1 202 555 0143. */
export const readable = (number: string): string =>
  number
    .replace(/^(\d{3})(\d{3})(\d{3})$/, '$1 $2 $3')
    .replace(/^(\+?1|\+\d\d)?(\d+)(\d{3})(\d{4})$/, (_, ...groups: (string | undefined)[]) =>
      groups.slice(0, 4).filter(Boolean).join(' '),
    );

/** Always left to right: inside right-to-left text the groups would otherwise be reversed. */
export const PhoneNumber = ({ of }: { of: string }) => (
  <bdi class="number" dir="ltr">
    {readable(of)}
  </bdi>
);

/** Opens the phone's own dialler or its messages. */
export function Call({
  number,
  text,
  look = 'btn',
  label,
  children,
}: {
  number: string;
  text?: boolean;
  look?: string;
  label?: string;
  children?: ComponentChildren;
}) {
  return (
    <a class={look} href={`${text ? 'sms' : 'tel'}:${dial(number)}`} aria-label={label}>
      <Icon name={text ? 'text' : 'call'} />
      {children}
    </a>
  );
}

/** Round buttons; none without a shared number. */
export function CallAndText({ name, number }: { name: string; number: string | null }) {
  if (!number) return null;
  return (
    <>
      <Call look="icon" number={number} label={t('all.call', { name })} />
      <Call look="icon" text number={number} label={t('all.text', { name })} />
    </>
  );
}

export function CallRow({
  number,
  title,
  says,
  warm,
}: {
  number: string;
  title: ComponentChildren;
  says: string;
  warm?: boolean;
}) {
  return (
    <li>
      <a class="row" href={`tel:${dial(number)}`}>
        <span class={`icon${warm ? ' warm' : ''}`}>
          <Icon name="call" />
        </span>
        <Row name={title} says={says} />
      </a>
    </li>
  );
}

/** In the reader's language; in the line's own words where the code is missing or unknown. */
function hours({ open, hours }: Country['lines'][number]): string {
  const key = `helpline-hours.${open}`;
  return isKey(key) ? t(key) : hours.toLowerCase();
}

/** Everybody who can be called now: people first, then helplines, then the emergency number. */
export function CallList({
  people,
  helplines,
}: {
  people: (Named & { role: Recipient['role']; contact: string | null })[];
  helplines: Country | null;
}) {
  return (
    <ul class="card list rows">
      {people.map(
        (someone) =>
          someone.contact && (
            <CallRow
              key={someone.contact}
              warm
              number={someone.contact}
              title={state.session === 'locked' ? t('lock.call') : t('all.call', { name: nameOf(someone) })}
              says={someone.role ? role(someone.role) : ''}
            />
          ),
      )}
      {helplines?.lines.map(
        (line) =>
          line.phone && (
            <CallRow
              key={line.phone}
              number={line.phone}
              title={tRich('all.call', { name: <PhoneNumber of={line.phone} /> })}
              says={t('helpline.name-and-hours', { name: line.name, hours: hours(line) })}
            />
          ),
      )}
      {/* Where no known line can be called, link to those with a website. */}
      {!helplines?.lines.some((line) => line.phone) &&
        helplines?.lines.map(
          (line) =>
            line.web && (
              <LinkItem
                key={line.web}
                href={line.web}
                name={line.name}
                says={line.web.replace(/^\w+:\/\//, '').replace(/\/.*/, '')}
              />
            ),
        )}
      {helplines?.emergency ? (
        <CallRow
          number={helplines.emergency}
          title={tRich('all.call', { name: <PhoneNumber of={helplines.emergency} /> })}
          says={t('helpline.in-danger')}
        />
      ) : (
        <Item name={t('helpline.local-emergency')} says={t('helpline.in-danger')} />
      )}
    </ul>
  );
}

/** One helpline as a button: the first of the region that can be called. */
export function LineButton({ helplines }: { helplines: Country | null }) {
  const line = helplines?.lines.find((candidate) => candidate.phone) ?? helplines?.lines[0];
  if (!line?.phone)
    return line?.web ? (
      <a class="btn" href={line.web}>
        {line.name}
      </a>
    ) : null;
  return <Call number={line.phone}>{t('helpline.name-and-hours', { name: line.name, hours: hours(line) })}</Call>;
}

/** "…call 911", with the region's own number where it is known. */
export function NoEmergencyService({ helplines }: { helplines: Country | null }) {
  const number = helplines?.emergency;
  return (
    <p class="soft small">
      {tRich('welcome.not', {
        number: number ? (
          <a href={`tel:${number}`}>
            <PhoneNumber of={number} />
          </a>
        ) : (
          t('welcome.local')
        ),
      })}
    </p>
  );
}
