// The night in advance: whose phone a press at three in the morning would reach, and one thing to do where it is nobody's.

import { Lamp } from '../components/lamp';
import { OneTap } from '../components/one-tap';
import { nameOf, role } from '../components/people';
import { Item } from '../components/rows';
import { SubPage } from '../components/sub-page';
import type { Member } from '../contract/types';
import { activeMembers } from '../domain/circle';
import { whomToAsk } from '../domain/practice';
import { t } from '../i18n';
import { to } from '../store/router';
import { state } from '../store/store';

export function Night() {
  const members = activeMembers(state.circle);
  const woken = members.filter((member) => member.tonight).length;
  const asked = whomToAsk(members);
  // The vault says who is in the circle, but not who can be woken.
  if (!state.refreshes)
    return <SubPage of="circle" head={t(state.online ? 'night.head' : 'all.network-error')} children={null} />;
  return (
    <SubPage
      of="circle"
      head={woken ? t('night.some', { n: woken, all: members.length }) : t('night.none')}
      says={t('night.say')}
    >
      <ul class="rows">
        {members.map((member) => (
          <Item
            key={member.id}
            lamp={<Lamp state={member.tonight ? 'lit' : 'dim'} />}
            name={nameOf(member)}
            more={role(member.role)}
            says={t(nightOf(member))}
            href={to('people', member.person.id)}
          />
        ))}
      </ul>
      {!woken && asked && <Ask member={asked} />}
      {!woken && !asked && (
        <a class="btn main" href={to('circle', 'invite')}>
          {t('home.invite')}
        </a>
      )}
      <a class="btn quiet" href={to('circle', 'practice')}>
        {t('practice.head')}
      </a>
    </SubPage>
  );
}

function nightOf(member: Member) {
  if (member.tonight) return 'night.yes';
  if (member.reachable) return 'night.no';
  return member.guest ? 'guest.unreachable' : 'night.no-phone';
}

/** A word to one person, whose answer is theirs. */
function Ask({ member }: { member: Member }) {
  const name = nameOf(member);
  return (
    <section class="stack">
      <p>{t('night.ask-say', { name })}</p>
      <OneTap
        kind="main"
        to={{ id: member.person.id, name }}
        words={t('night.ask-text')}
        label={t('night.ask', { name })}
        sent={t('night.asked', { name })}
      />
    </section>
  );
}
