// Circle in two halves: who is there for me, told at once or later, and whom I am there for. Above both, who waits to be confirmed.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { AskToLook } from '../components/ask-to-look';
import { Button, Headline, RadioGroup } from '../components/basics';
import { Lamp } from '../components/lamp';
import { memberState } from '../components/member-state';
import { nameOf, role } from '../components/people';
import { Item, LinkItem } from '../components/rows';
import { useQuery } from '../components/use-query';
import type { Member } from '../contract/types';
import { GOOD_CIRCLE } from '../domain/first-week';
import { memberLamp } from '../domain/lamps';
import { daysBetween } from '../domain/practice';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { span } from '../i18n/span';
import { readSlot, writeSlot } from '../platform/slots';
import { refresh } from '../store/refresh';
import { replaceRoute, to } from '../store/router';
import { change, state } from '../store/store';
import { NumberQuestion } from './contact-number';
import { Invite, PendingInvitations } from './invite';
import { Steps } from './ladder-settings';
import { removeMember } from './member';
import { New } from './notices';
import { NotifyAsk } from './notify-ask';
import { Supporting } from './supporting';

const HALF = 'circle-half';
type Half = 'mine' | 'theirs';

/** `inviting`: with the sheet of a new invitation before it. */
export function Circle({ inviting = false }: { inviting?: boolean }) {
  const newcomers = (state.circle ?? []).filter((member) => member.state === 'accepted');
  const [chosen, setChosen] = useState(() => (inviting ? 'mine' : readSlot(HALF)) as Half | null);
  // Whoever only helps begins with the people they are there for.
  const half = chosen ?? (state.circle?.length === 0 && state.supporting.length ? 'theirs' : 'mine');
  const choose = (next: Half) => {
    writeSlot(HALF, next);
    setChosen(next);
  };
  return (
    <main class="page">
      <Headline small>{t('tab.circle')}</Headline>
      {/* Two people have their words before them now: in either half. */}
      {newcomers.map((member) => (
        <Newcomer key={member.id} member={member} />
      ))}
      <RadioGroup<Half>
        kind="half"
        legend={t('circle.half')}
        name="half"
        value={half}
        options={[
          ['mine', t('circle.mine')],
          [
            'theirs',
            <span>
              {state.newToHelper && <New />}
              {t('circle.theirs')}
            </span>,
          ],
        ]}
        onPick={choose}
      />
      {half === 'mine' ? <Mine newcomers={newcomers.length} inviting={inviting} /> : <Supporting />}
      <a class="btn quiet" href={to('link')}>
        {t('paste-link.offer')}
      </a>
    </main>
  );
}

/** Who is there for me: told at once or later, invited, and what else my circle leads to. */
function Mine({ newcomers, inviting }: { newcomers: number; inviting: boolean }) {
  const [open, setOpen] = useState(inviting ? 'invite' : '');
  const [ladder] = useQuery(() => api.GET('/v1/circle/ladder'));
  const [links, refetchLinks] = useQuery(() => api.GET('/v1/invitations', whole), [open]);
  const close = () => {
    if (!inviting) return setOpen('');
    // The sheet has an address, and back leads past it to where it was asked for.
    writeSlot(HALF, 'mine');
    replaceRoute('circle');
  };
  const circle = state.circle ?? [];
  const active = circle.filter((member) => member.state === 'active');
  // Somebody has said yes while an invitation is shown: close the sheet, since their words are under it. Not while one is written.
  const previousCount = useRef(newcomers);
  useEffect(() => {
    // Not on the first load: something may have been opened by then.
    if (newcomers > previousCount.current && !document.querySelector('dialog form')) close();
    previousCount.current = newcomers;
  }, [newcomers]);
  const later = ladder ? t('circle.step-2', { time: span(ladder.ladder[1] ?? 0) }) : t('member-step.2');
  return (
    <>
      {state.circle && links && !circle.length && !links.items.length && <p>{t('circle.empty')}</p>}
      <Warning active={active} />
      <Steps of={active} later={later}>
        {(member) => <MemberRow key={member.id} member={member} />}
      </Steps>
      <Button kind={newcomers ? '' : 'main'} icon="plus" onPress={() => setOpen('invite')}>
        {t('invite.head')}
      </Button>
      {!!links && circle.length > 0 && circle.length + links.items.length < GOOD_CIRCLE && (
        <p class="soft small">{t('circle.five')}</p>
      )}
      {links && <PendingInvitations links={links.items} onChange={refetchLinks} />}
      <NotifyAsk />
      <NumberQuestion pressed={active.length > 0} />
      <ul class="rows">
        <LinkItem href={to('circle', 'connection')} name={t('connection.head')} says={t('connection.circle-say')} />
        {active.length > 1 && (
          <LinkItem href={to('circle', 'times')} name={t('circle.order')} says={t('circle.order-say')} />
        )}
        {active.length > 0 && <PracticeItem />}
      </ul>
      {open === 'invite' && <Invite onClose={close} />}
    </>
  );
}

/** Leads to a practice light, and says when the last one was. */
function PracticeItem() {
  const [page] = useQuery(() => api.GET('/v1/practices', { params: { query: { mine: true, limit: 1 } } }));
  const [last] = page?.items ?? [];
  const days = last ? daysBetween(last.created_at, state.now) : 0;
  const says = () => {
    if (!last) return t('practice.never');
    if (!last.ended_at) return t('practice.burns');
    return days ? t('practice.last', { n: days }) : t('practice.last-today');
  };
  return <LinkItem href={to('circle', 'practice')} name={t('practice.head')} says={page && says()} />;
}

/** Somebody has said yes: nothing is shared until both have compared the two words. */
function Newcomer({ member }: { member: Member }) {
  const name = nameOf(member);
  const confirm = async () => {
    const { error } = await api.POST('/v1/circle/{membership_id}/confirm', {
      params: { path: { membership_id: member.id } },
    });
    await refresh();
    change({ toast: error ? errorText(error) : t('confirm.done', { name }) });
  };
  return (
    <section class="card warm">
      <h2 class="say-2">{t('confirm.head', { name })}</h2>
      <p>{t('confirm.say', { name })}</p>
      <p class="say mid" lang="en">
        {member.words?.join(' ')}
      </p>
      <Button kind="main" onPress={confirm}>
        {t('confirm.yes')}
      </Button>
      <Button kind="quiet" onPress={() => removeMember(member)}>
        {t('confirm.no')}
      </Button>
    </section>
  );
}

/** Warns before a press that somebody cannot be reached. */
function Warning({ active }: { active: Member[] }) {
  const unreachable = active.filter((member) => !member.reachable);
  const [first] = unreachable;
  if (!first) return null;
  const all = unreachable.length === active.length;
  const guest = first.guest && t('guest.unreachable-say', { name: nameOf(first) });
  return (
    <div class="card">
      <div class="line">
        <Lamp state="dim" />
        <div>
          <p>{all ? t('circle.nobody-reachable') : guest || t('circle.unreachable', { name: nameOf(first) })}</p>
          {first.phone && <p class="soft small">{t(`look-at.${first.phone}`)}</p>}
          {all && guest && <p class="soft small">{guest}</p>}
        </div>
      </div>
      {!guest && <AskToLook of={first.person} contact={first.contact} />}
    </div>
  );
}

function MemberRow({ member }: { member: Member }) {
  return (
    <Item
      href={to('people', member.person.id)}
      lamp={<Lamp state={memberLamp(member)} />}
      name={nameOf(member)}
      more={member.guest ? t('guest.head') : role(member.role)}
      says={memberState(member)}
    />
  );
}
