// My circle: who is told at once and who later, who waits to be confirmed, and the people I am there for.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, Headline } from '../components/basics';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import { nameOf, role } from '../components/people';
import { Group, LinkItem, Row } from '../components/rows';
import { useQuery } from '../components/use-query';
import type { Member } from '../contract/types';
import { memberLamp } from '../domain/lamps';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { span } from '../i18n/span';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { change, state } from '../store/store';
import { NumberQuestion } from './contact-number';
import { Invite, PendingInvitations } from './invite';
import { removeMember, updateMember } from './member';
import { NotifyAsk } from './notify-ask';
import { Supporting } from './supporting';

export function Circle() {
  const [open, setOpen] = useState('');
  const [ladder] = useQuery(() => api.GET('/v1/circle/ladder'));
  const [links, refetchLinks] = useQuery(() => api.GET('/v1/invitations', whole), [open]);
  const circle = state.circle ?? [];
  const newcomers = circle.filter((member) => member.state === 'accepted');
  const active = circle.filter((member) => member.state === 'active');
  // Somebody has said yes while an invitation is shown: close the sheet, since their words are under it.
  const previousCount = useRef(newcomers.length);
  useEffect(() => {
    // Not on the first load: something may have been opened by then.
    if (newcomers.length > previousCount.current) setOpen('');
    previousCount.current = newcomers.length;
  }, [newcomers.length]);
  const later = ladder ? t('circle.step-2', { time: span(ladder.ladder[1] ?? 0) }) : t('member-step.2');
  const lists = [1, 2] as const;
  return (
    <main class="page">
      <Headline small>{t('circle.head')}</Headline>
      {newcomers.map((member) => (
        <Newcomer key={member.id} member={member} />
      ))}
      {state.circle && links && !circle.length && !links.items.length && <p>{t('circle.empty')}</p>}
      <Warning active={active} />
      {lists.map((step) => {
        const members = active.filter((member) => member.step === step);
        return (
          members.length > 0 && (
            <Group key={step} head={step === 1 ? t('circle.step-1') : later}>
              {members.map((member) => (
                <MemberRow key={member.id} member={member} />
              ))}
            </Group>
          )
        );
      })}
      <Button kind={newcomers.length ? '' : 'main'} icon="plus" onPress={() => setOpen('invite')}>
        {t('invite.head')}
      </Button>
      {links && <PendingInvitations links={links.items} onChange={refetchLinks} />}
      <NotifyAsk />
      <NumberQuestion pressed={active.length > 0} />
      <ul class="rows">
        {active.length > 1 && <LinkItem href={to('circle', 'times')} name={t('circle.ladder')} />}
        <LinkItem href={to('circle', 'connection')} name={t('connection.head')} />
      </ul>
      <Supporting />
      <a class="btn quiet" href={to('link')}>
        {t('paste-link.offer')}
      </a>
      {open === 'invite' && <Invite onClose={() => setOpen('')} />}
    </main>
  );
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
  const name = nameOf(first);
  const message = t('circle.ask-to-open-text', { url: location.origin });
  // The phone's share sheet may stay open for long; the button does not wait for it.
  const share = () => void navigator.share({ text: message }).catch(() => undefined);
  return (
    <div class="card">
      <div class="line">
        <Lamp state="dim" />
        <p>{unreachable.length === active.length ? t('circle.nobody-reachable') : t('circle.unreachable', { name })}</p>
      </div>
      {first.contact ? (
        <a class="btn" href={`sms:${first.contact}?&body=${encodeURIComponent(message)}`}>
          {t('circle.ask-to-open', { name })}
        </a>
      ) : (
        'share' in navigator && <Button onPress={share}>{t('circle.ask-to-open', { name })}</Button>
      )}
    </div>
  );
}

function MemberRow({ member }: { member: Member }) {
  const name = nameOf(member);
  const later = member.reachable ? 'circle.outside-hours' : 'circle.no-device';
  const move = async (step: 1 | 2) => {
    if (step === member.step) return;
    await updateMember(member, { step });
    // The row has moved to the other list: keep the focus on it.
    document.getElementById(`move-${member.id}`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowUp: 1, ArrowDown: 2 }[event.key] as 1 | 2 | undefined;
    if (!step) return;
    event.preventDefault();
    void move(step);
  };
  return (
    <li class="row whole">
      <button
        type="button"
        class="icon bare"
        id={`move-${member.id}`}
        aria-label={t('circle.move', { name })}
        onClick={() => move(member.step === 1 ? 2 : 1)}
        onKeyDown={onKeyDown}
      >
        <Icon name="grip" />
      </button>
      <Row
        lamp={<Lamp state={memberLamp(member)} />}
        name={<a href={to('people', member.person.id)}>{name}</a>}
        more={role(member.role)}
        says={t(member.available_now ? 'circle.available' : later)}
      />
      <Icon name="next" />
    </li>
  );
}
