// Who may see which parts of a check-in: only for me until a name is tapped, then a card of parts for each person.

import type { Part, Shares } from '../domain/check-in';
import { activeMembers } from '../domain/circle';
import { t } from '../i18n';
import { state } from '../store/store';
import { nameOf } from './people';

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
  const members = activeMembers(state.circle);
  if (!members.length || !parts.length) return null;
  const chosen = members.filter(({ id }) => shares[id]);
  const toggle = (id: string) => {
    const { [id]: before, ...others } = shares;
    onChange(before ? others : { ...others, [id]: ['feeling'] });
  };
  const togglePart = (id: string, part: Part) => {
    const before = shares[id] ?? [];
    onChange({ ...shares, [id]: before.includes(part) ? before.filter((other) => other !== part) : [...before, part] });
  };
  return (
    <section class="stack">
      <fieldset class="pick">
        <legend class="ask">{t('sharing.who')}</legend>
        <label>
          <input type="checkbox" checked={!chosen.length} onChange={() => onChange({})} />
          {t('sharing.me')}
        </label>
        {members.map((member) => (
          <label key={member.id}>
            <input type="checkbox" checked={!!shares[member.id]} onChange={() => toggle(member.id)} />
            {nameOf(member)}
          </label>
        ))}
      </fieldset>
      {chosen.map((member) => (
        <div class="card" key={member.id}>
          <fieldset class="pick">
            <legend class="ask">{t('sharing.sees', { name: nameOf(member) })}</legend>
            {parts.map(([part, label]) => (
              <label key={part}>
                <input
                  type="checkbox"
                  checked={!!shares[member.id]?.includes(part)}
                  onChange={() => togglePart(member.id, part)}
                />
                {label}
              </label>
            ))}
          </fieldset>
          <p class="soft small">{t('sharing.back')}</p>
        </div>
      ))}
    </section>
  );
}
