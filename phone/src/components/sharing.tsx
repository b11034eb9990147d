// Who may see which parts of a check-in: only for me until a name is tapped, then a card of parts for each person.

import type { Part, Shares } from '../domain/check-in';
import { toggled } from '../domain/toggled';
import { withApp } from '../domain/with-app';
import { t } from '../i18n';
import { state } from '../store/store';
import { Checks } from './checks';
import { nameOf } from './people';

/** Nobody else, among the people to choose from. */
const ME = '';

/** `parts`: those that were given, each with its label. The first name takes "only for me" away. */
export function Sharing({
  parts,
  shares,
  onChange,
}: {
  parts: (readonly [Part, string])[];
  shares: Shares;
  onChange: (shares: Shares) => void;
}) {
  const members = withApp(state.circle);
  if (!members.length || !parts.length) return null;
  const chosen = members.filter((member) => shares[member.id]);
  const toggle = (id: string) => {
    const { [id]: before, ...others } = shares;
    onChange(before ? others : { ...others, [id]: ['feeling'] });
  };
  return (
    <section class="stack">
      <Checks
        look="ask"
        legend={t('sharing.who')}
        options={[[ME, t('sharing.me')], ...members.map((member) => [member.id, nameOf(member)] as const)]}
        chosen={chosen.length ? chosen.map((member) => member.id) : [ME]}
        onToggle={(id) => (id === ME ? onChange({}) : toggle(id))}
      />
      {chosen.map(({ id, person }) => {
        const seen = shares[id] ?? [];
        return (
          <div class="card" key={id}>
            <Checks
              look="ask"
              legend={t('sharing.sees', { name: nameOf(person) })}
              options={parts}
              chosen={seen}
              onToggle={(part) => onChange({ ...shares, [id]: toggled(seen, part) })}
            />
            <p class="soft small">{t('sharing.back')}</p>
          </div>
        );
      })}
    </section>
  );
}
