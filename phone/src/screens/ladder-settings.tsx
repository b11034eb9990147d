// Order and times: who of my circle is told at once and who later, and how soon: a choice of three paces.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { ErrorText, RadioGroup } from '../components/basics';
import { Icon } from '../components/icons';
import { nameOf, role } from '../components/people';
import { Group, Row } from '../components/rows';
import { SubPage } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import type { Member } from '../contract/types';
import { activeMembers } from '../domain/circle';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { span } from '../i18n/span';
import { state } from '../store/store';
import { updateMember } from './member';

const PACES = {
  usual: { word: 'ladder-pace.usual', ladder: null },
  fast: { word: 'ladder-pace.fast', ladder: [0, 45, 90, 180] },
  slow: { word: 'ladder-pace.slow', ladder: [0, 180, 360, 600] },
} as const;
const RUNGS = [1, 2, 3, 4] as const;
type Pace = keyof typeof PACES;

/** The members who are told at once, and those who are told `later`. */
export function Steps({
  of,
  later,
  children,
}: {
  of: Member[];
  later: string;
  children: (member: Member) => ComponentChildren;
}) {
  return (
    <>
      {([1, 2] as const).map((step) => {
        const members = of.filter((member) => member.step === step);
        return (
          members.length > 0 && (
            <Group key={step} head={step === 1 ? t('circle.step-1') : later}>
              {members.map(children)}
            </Group>
          )
        );
      })}
    </>
  );
}

export function LadderSettings() {
  const [ladder, refetch] = useQuery(() => api.GET('/v1/circle/ladder'));
  const [message, setMessage] = useState('');
  const names = Object.keys(PACES) as Pace[];
  const active = activeMembers(state.circle);
  const chosen =
    ladder && (ladder.own ? names.find((name) => PACES[name].ladder?.join() === ladder.ladder.join()) : 'usual');
  const choose = async (pace: Pace) => {
    const own = PACES[pace].ladder;
    const { error } = await api.PUT('/v1/circle/ladder', { body: { ladder: own && [...own] } });
    setMessage(errorText(error));
    await refetch();
  };
  return (
    <SubPage of="circle" head={t('circle.order')}>
      <Steps of={active} later={t('member-step.2')}>
        {(member) => <MovableRow key={member.id} member={member} />}
      </Steps>
      <p>{t('ladder.say')}</p>
      <RadioGroup
        legend={t('circle.ladder')}
        name="pace"
        value={chosen ?? null}
        options={names.map((name) => [name, t(PACES[name].word)])}
        onPick={choose}
      />
      <ErrorText>{message}</ErrorText>
      <ol class="card steps wide" aria-live="polite">
        {RUNGS.map((rung, index) => (
          <li key={rung}>
            <b>{ladder?.ladder[index] ? span(ladder.ladder[index]) : t('member-step.1')}</b>{' '}
            <span>{t(`ladder-rung.${rung}`)}</span>
          </li>
        ))}
      </ol>
      <p class="soft small">{t('circle.sooner')}</p>
    </SubPage>
  );
}

/** Tapped, or with the arrow keys, it moves to the other list. */
function MovableRow({ member }: { member: Member }) {
  const name = nameOf(member);
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
    <li class="row">
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
      <Row name={name} more={role(member.role)} />
    </li>
  );
}
