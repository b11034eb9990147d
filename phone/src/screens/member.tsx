// One member of my circle: who they are to me, when they are told, and letting them go.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, RadioGroup, Sheet } from '../components/basics';
import { InPlace } from '../components/in-place';
import { CallAndText, nameOf, PhoneNumber, roles } from '../components/people';
import { Item } from '../components/rows';
import { Switch } from '../components/toggle';
import type { Member } from '../contract/types';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { refresh } from '../store/refresh';
import { fromHere, replaceRoute } from '../store/router';
import { change } from '../store/store';

const at = (member: Member) => ({ params: { path: { membership_id: member.id } } });

/** Change the role or step, and show the result as a toast. */
export async function updateMember(
  member: Member,
  body: Pick<Partial<Member>, 'role' | 'step' | 'guest_notes' | 'words_quiet'>,
): Promise<void> {
  const { data, error } = await api.PATCH('/v1/circle/{membership_id}', { ...at(member), body });
  await refresh();
  const { step } = body;
  const confirmation = data && step ? t(`circle-moved.${step}`, { name: nameOf(member) }) : '';
  change({ toast: error ? errorText(error) : confirmation });
}

/** Their page is about nobody now: it says so to whoever was left, not to whoever left. */
export const leftPage = (): void => replaceRoute('circle');

export async function removeMember(member: Member): Promise<void> {
  const ifHere = fromHere();
  const { error } = await api.DELETE('/v1/circle/{membership_id}', at(member));
  if (error) change({ toast: errorText(error) });
  else ifHere(leftPage);
  await refresh();
}

/** `children`: what concerns the other way round, where I am in their circle as well. */
export function MemberSheet({
  member,
  onClose,
  children,
}: {
  member: Member;
  onClose: () => void;
  children?: ComponentChildren;
}) {
  const name = nameOf(member);
  return (
    <Sheet title={name} onClose={onClose}>
      {member.contact && (
        <div class="line">
          <p>
            <PhoneNumber of={member.contact} />
          </p>
          <CallAndText name={name} number={member.contact} />
        </div>
      )}
      <h3 class="head">{t('member.role', { name })}</h3>
      <RadioGroup
        legend={t('member.role', { name })}
        name="role"
        value={member.role}
        options={roles()}
        onPick={(chosen) => updateMember(member, { role: chosen })}
      />
      <h3 class="head">{t('member.step', { name })}</h3>
      <RadioGroup
        legend={t('member.step', { name })}
        name="step"
        value={`${member.step}`}
        options={[
          ['1', t('member-step.1')],
          ['2', t('member-step.2')],
        ]}
        onPick={(step) => updateMember(member, { step: step === '1' ? 1 : 2 })}
      />
      <ul class="rows">
        {/* A guest cannot write outside a reach-out. */}
        {member.guest ? (
          <Item name={t('guest.notes', { name })}>
            <Switch
              label={t('guest.notes', { name })}
              on={member.guest_notes}
              onChange={(on) => updateMember(member, { guest_notes: on })}
            />
          </Item>
        ) : (
          <Item name={t('member.quiet')} says={t('member.quiet-say', { name })}>
            <Switch
              label={t('member.quiet')}
              on={member.words_quiet}
              onChange={(on) => updateMember(member, { words_quiet: on })}
            />
          </Item>
        )}
      </ul>
      {children}
      <ConfirmAction
        ask={t('member.remove')}
        says={t('member.remove-say', { name })}
        yes={t('member.remove-yes', { name })}
        onYes={() => removeMember(member)}
      />
      <Block who={member.person} name={name} />
    </Sheet>
  );
}

/** A confirmed action: the first tap explains it, the second does it. */
export function ConfirmAction({
  ask,
  says,
  yes,
  onYes,
}: {
  ask: string;
  says: string;
  yes: string;
  onYes: () => unknown;
}) {
  const [confirming, setConfirming] = useState(false);
  return (
    <InPlace of={confirming}>
      {confirming ? (
        <div class="stack">
          <p tabIndex={-1}>{says}</p>
          <Button onPress={onYes}>{yes}</Button>
        </div>
      ) : (
        <Button onPress={() => setConfirming(true)}>{ask}</Button>
      )}
    </InPlace>
  );
}

export function Block({ who, name }: { who: Member['person']; name: string }) {
  const block = async () => {
    const ifHere = fromHere();
    const { error } = await api.POST('/v1/blocks', { body: { person_id: who.id } });
    if (error) change({ toast: errorText(error) });
    else ifHere(leftPage);
    await refresh();
  };
  return (
    <ConfirmAction
      ask={t('block.button', { name })}
      says={t('block.say', { name })}
      yes={t('block.yes', { name })}
      onYes={block}
    />
  );
}
