// My circle: who is told at once and who later, who waits for my confirm, and the people I am there for.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, Says } from '../components/basics';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import { nameOf, role } from '../components/people';
import { Group, LinkItem, Row } from '../components/rows';
import { useAsked } from '../components/use-query';
import type { Member } from '../contract/types';
import { memberLamp } from '../domain/lamps';
import { say } from '../i18n';
import { wrong } from '../i18n/problem';
import { span } from '../i18n/span';
import { look } from '../store/refresh';
import { to } from '../store/router';
import { change, state } from '../store/store';
import { NumberQuestion } from './contact-number';
import { Invite, OnTheirWay } from './invite';
import { MemberSheet, place, remove } from './member';
import { NotifyAsk } from './notify-ask';
import { ThereFor } from './supporting';

export function Circle() {
  const [open, setOpen] = useState('');
  const [ladder] = useAsked(() => api.GET('/v1/circle/ladder'));
  const [links, askLinks] = useAsked(() => api.GET('/v1/invitations', whole), [open]);
  const circle = state.circle ?? [];
  const newcomers = circle.filter((member) => member.state === 'accepted');
  const active = circle.filter((member) => member.state === 'active');
  // Somebody has said yes while they looked at my code: their words stand under the sheet.
  const before = useRef(newcomers.length);
  useEffect(() => {
    // Never at the first look: a quick finger may have opened something by then.
    if (newcomers.length > before.current) setOpen('');
    before.current = newcomers.length;
  }, [newcomers.length]);
  const shown = circle.find((member) => member.id === open);
  const later = ladder ? say('circle.then', { time: span(ladder.ladder[1] ?? 0) }) : say('member.step.2');
  const lists = [1, 2] as const;
  return (
    <main class="page">
      <Says small>{say('circle.head')}</Says>
      {newcomers.map((member) => (
        <Newcomer key={member.id} member={member} />
      ))}
      {state.circle && links && !circle.length && !links.items.length && <p>{say('circle.empty')}</p>}
      <Warning active={active} />
      {lists.map((step) => {
        const told = active.filter((member) => member.step === step);
        return (
          told.length > 0 && (
            <Group key={step} head={step === 1 ? say('circle.first') : later}>
              {told.map((member) => (
                <MemberRow key={member.id} member={member} onMore={() => setOpen(member.id)} />
              ))}
            </Group>
          )
        );
      })}
      <Button kind={newcomers.length ? '' : 'main'} icon="plus" onPress={() => setOpen('invite')}>
        {say('invite.head')}
      </Button>
      {links && <OnTheirWay links={links.items} onChange={askLinks} />}
      <NotifyAsk />
      <NumberQuestion asked={active.length > 0} />
      {active.length > 1 && (
        <ul class="rows">
          <LinkItem href={to('circle', 'times')} name={say('circle.times')} />
        </ul>
      )}
      <ThereFor />
      <a class="btn quiet" href={to('link')}>
        {say('link.have')}
      </a>
      {open === 'invite' && <Invite onClose={() => setOpen('')} />}
      {shown && <MemberSheet member={shown} onClose={() => setOpen('')} />}
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
    await look();
    change({ word: error ? wrong(error) : say('confirm.done', { name }) });
  };
  return (
    <section class="card warm">
      <h2 class="say-2">{say('confirm.head', { name })}</h2>
      <p>{say('confirm.say', { name })}</p>
      <p class="say mid" lang="en">
        {member.words?.join(' ')}
      </p>
      <Button kind="main" onPress={confirm}>
        {say('confirm.yes')}
      </Button>
      <Button kind="quiet" onPress={() => remove(member)}>
        {say('confirm.no')}
      </Button>
    </section>
  );
}

/** What would go wrong at the next press, said before it. */
function Warning({ active }: { active: Member[] }) {
  const dark = active.filter((member) => !member.reachable);
  const [first] = dark;
  if (!first) return null;
  const name = nameOf(first);
  const asking = say('circle.ask.say', { url: location.origin });
  // The phone's own sheet stands for as long as somebody chooses; the button waits for none of it.
  const ask = () => void navigator.share({ text: asking }).catch(() => undefined);
  return (
    <div class="card">
      <div class="line">
        <Lamp state="dim" />
        <p>{dark.length === active.length ? say('circle.nobody') : say('circle.dark', { name })}</p>
      </div>
      {first.contact ? (
        <a class="btn" href={`sms:${first.contact}?&body=${encodeURIComponent(asking)}`}>
          {say('circle.ask', { name })}
        </a>
      ) : (
        'share' in navigator && <Button onPress={ask}>{say('circle.ask', { name })}</Button>
      )}
    </div>
  );
}

function MemberRow({ member, onMore }: { member: Member; onMore: () => void }) {
  const name = nameOf(member);
  const later = member.reachable ? 'circle.later' : 'circle.off';
  const move = async (step: 1 | 2) => {
    if (step === member.step) return;
    await place(member, { step });
    // The row has moved into the other list; the finger, or the keyboard, stays with the person.
    document.getElementById(`move-${member.id}`)?.focus();
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowUp: 1, ArrowDown: 2 }[event.key] as 1 | 2 | undefined;
    if (!step) return;
    event.preventDefault();
    void move(step);
  };
  return (
    <li class="row">
      <button
        type="button"
        class="icon bare"
        id={`move-${member.id}`}
        aria-label={say('circle.move', { name })}
        onClick={() => move(member.step === 1 ? 2 : 1)}
        onKeyDown={key}
      >
        <Icon name="grip" />
      </button>
      <Row
        lamp={<Lamp state={memberLamp(member)} />}
        name={name}
        more={role(member.role)}
        says={say(member.available_now ? 'circle.reachable' : later)}
      >
        <button type="button" class="icon bare" aria-label={say('circle.more', { name })} onClick={onMore}>
          <Icon name="more" />
        </button>
      </Row>
    </li>
  );
}
