// The way to "Could somebody talk?", and what stands beside it: the press, always in the same form and never the amber thing; my
// people, and my plan.
import { activeMembers } from '../domain/circle';
import { memberLamp } from '../domain/lamps';
import { t } from '../i18n';
import { startPress } from '../store/press';
import { go, to } from '../store/router';
import { state } from '../store/store';
import { Lamp } from './lamp';
import { CallAndText, nameOf, role } from './people';
import { Item, LinkItem } from './rows';

export const CalmLink = () => (
  <a class="btn" href={to('calm')}>
    <span>
      {t('calm.head')}
      <small>{t('calm.small')}</small>
    </span>
  </a>
);

/** Begin a press, and show its three seconds. */
export function pressFromHere(): void {
  void startPress();
  go();
}

export const PressRow = () => (
  <button type="button" class="btn" onClick={pressFromHere}>
    <Lamp state="lit" />
    <span>
      {t('press.button')}
      <small>{t('calm.press-say')}</small>
    </span>
  </button>
);

/** When nobody is free: my people in their order, and my plan. */
export function CalmDoors() {
  const members = activeMembers(state.circle);
  return (
    <ul class="rows" aria-label={t('calm.people-list')}>
      {members.map((member) => (
        <Item
          key={member.id}
          href={to('people', member.person.id)}
          lamp={<Lamp state={memberLamp(member)} />}
          name={nameOf(member)}
          says={role(member.role)}
        >
          <CallAndText name={nameOf(member)} number={member.contact} />
        </Item>
      ))}
      {!members.length && <LinkItem href={to('circle', 'invite')} name={t('home.invite')} says={t('home.empty-say')} />}
      <PlanDoor />
    </ul>
  );
}

export const PlanDoor = () => (
  <LinkItem href={to('settings', 'plan')} lamp={<Lamp state="low" />} name={t('slip.plan')} says={t('slip.plan-say')} />
);
