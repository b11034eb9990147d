// One person: can they be reached, how, and all that passed quietly between us, the oldest first.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, Headline } from '../components/basics';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import { LoadCard } from '../components/load-card';
import { memberState } from '../components/member-state';
import { Call, nameOf, role } from '../components/people';
import { standingWords } from '../components/standing-words';
import { Back } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import type { Member, Supported, ThreadItem } from '../contract/types';
import { memberLamp } from '../domain/lamps';
import { daysBetween, isUntried } from '../domain/practice';
import { firstNew, inDays, talkedToday } from '../domain/threads';
import { t } from '../i18n';
import { weekday } from '../i18n/format';
import { accepted } from '../store/accepted';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';
import { fetchSupported } from '../store/supported';
import { draftTo, isKeptRead, keepRead, keepShown, loadShown, shownLast } from '../store/threads';
import { myZone } from '../store/today';
import { Compose } from './compose';
import { MemberSheet } from './member';
import { isQuiet, SupportedActions, SupportedSheet, supportedState } from './supporting';
import { Entry, Waiting } from './thread-entry';

const PAGE = 20;

export function Person({ id }: { id: string }) {
  const [limit, setLimit] = useState(PAGE);
  const [before, setBefore] = useState(() => shownLast(id));
  const [page, refetch, notFound] = useQuery(
    () => api.GET('/v1/threads/{person_id}', { params: { path: { person_id: id }, query: { limit } } }),
    [id, limit],
  );
  const [open, setOpen] = useState(false);
  const [about, setAbout] = useState<string>();
  const start = useRef<HTMLLIElement>(null);
  const [loaded, setLoaded] = useState(!!before);
  useEffect(() => {
    void loadShown(id).then((shown) => {
      setBefore((first) => first ?? shown);
      setLoaded(true);
    });
  }, [id]);
  const items = page?.items ?? before;
  // What was here when the page was opened does not count as new, however often it is fetched again.
  const fresh = items && loaded ? firstNew(items, before) : undefined;
  const newest = items?.find((item) => !item.mine)?.id;
  useEffect(() => {
    if (page && loaded && document.visibilityState === 'visible') void markRead(id, newest);
  }, [newest, !page, loaded]);
  useEffect(() => {
    if (page || notFound) void keepShown(id, notFound ? undefined : page?.items);
  }, [page, notFound]);
  useEffect(() => {
    if (items?.length) start.current?.scrollIntoView({ block: fresh ? 'start' : 'end' });
  }, [!items, loaded]);

  const member = state.circle?.find((someone) => someone.person.id === id && someone.state === 'active');
  const isThem = (someone: Supported) => someone.person.id === id && someone.state === 'active';
  const known = [...state.supported, ...state.supporting].find(isThem);
  const [refreshesAtOpening] = useState(state.refreshes);
  const [supporting, refetchSupporting] = useQuery<{ items: Supported[] }>(
    // Whom I reach by my own circle, or know already, needs no second request before the menu is opened.
    async () => (!open && (member || (known && state.refreshes === refreshesAtOpening)) ? {} : fetchSupported()),
    [open, !member],
  );
  const supported = member ? supporting?.items.find(isThem) : known;
  const name = nameOf(member ?? supported ?? items?.find((item) => !item.mine)?.from);
  if (notFound) return <Gone id={id} />;
  const letters = state.letters.filter((letter) => (letter.body as { to?: string }).to === id);
  const contact = member?.contact;
  return (
    <>
      <main class="page person">
        <div class="line back">
          <Back href={to('circle')}>{t('tab.circle')}</Back>
          <button type="button" class="icon bare" aria-label={t('circle.more', { name })} onClick={() => setOpen(true)}>
            <Icon name="more" />
          </button>
        </div>
        <section class="stack">
          <div class="line">
            <Lamp state={lampOf(member, supported)} />
            <div>
              <Headline small>
                {name}
                {member && <span class="soft">, {role(member.role)}</span>}
              </Headline>
              <p>{member ? memberState(member) : supported && supportedState(supported)}</p>
              {member?.guest ? (
                <p class="soft small">{t('guest.say', { name })}</p>
              ) : (
                member && <Tried member={member} />
              )}
            </div>
          </div>
          {member?.standing_words && <p class="words">{standingWords(member.standing_words)}</p>}
          {contact && (
            <div class="two">
              <Call number={contact}>{t('all.call', { name })}</Call>
              <Call text number={contact}>
                {t('all.text', { name })}
              </Call>
            </div>
          )}
          <Talked id={id} items={items} onChange={refetch} />
        </section>
        <section class="stack thread">
          <h2 class="sr">{t('person.thread', { name })}</h2>
          {page?.next && limit < 100 && (
            <Button kind="quiet" onPress={() => setLimit(limit + 2 * PAGE)}>
              {t('inbox.load-older')}
            </Button>
          )}
          {items && !items.length && !letters.length && !member?.guest && (
            <p class="soft">{t('person.none', { name })}</p>
          )}
          {items &&
            inDays(items).map(([date, ofDay]) => (
              <div class="stack" key={date}>
                <h3 class="head">{weekday(date)}</h3>
                <ul class="msgs">
                  {ofDay.map((item) => (
                    <li key={item.id} ref={item.id === (fresh ?? items[0]?.id) ? start : undefined} class="entry">
                      <Entry item={item} name={name} items={items} onSeen={refetch} onMore={() => setAbout(item.id)} />
                    </li>
                  ))}
                </ul>
              </div>
            ))}
          {letters.length > 0 && <Waiting letters={letters} />}
          {supported && <LoadCard people={[supported]} />}
        </section>
      </main>
      {loaded && !member?.guest && (
        <Compose key={id} id={id} name={name} items={items ?? []} about={about} onAbout={setAbout} />
      )}
      {open && member && (
        <MemberSheet member={member} onClose={() => setOpen(false)}>
          {supported && <SupportedActions of={supported} onChange={refetchSupporting} />}
        </MemberSheet>
      )}
      {open && !member && supported && (
        <SupportedSheet of={supported} onChange={refetchSupporting} onClose={() => setOpen(false)} />
      )}
    </>
  );
}

/** Tell the server what was read, unless it knows; a notice may also be about something that adds nothing to the thread. */
async function markRead(id: string, newest = ''): Promise<void> {
  if (isKeptRead(id, newest) && !state.unread) return;
  const { error } = await api.POST('/v1/threads/{person_id}/read', { params: { path: { person_id: id } } });
  if (error) return;
  await keepRead(id, newest);
  await refresh();
}

/** When a human last showed that something was shown on their phone, and the way to try it. */
function Tried({ member }: { member: Member }) {
  if (!member.phone) return null;
  const name = nameOf(member);
  const days = member.proved_at ? daysBetween(member.proved_at, state.now) : 0;
  const tried = () => {
    if (!member.proved_at) return t('tried.never', { name });
    return days ? t('tried.days', { name, n: days }) : t('tried.today', { name });
  };
  return (
    <>
      <p class="soft small">{tried()}</p>
      {(!member.proved_at || isUntried(member.proved_at, state.now)) && (
        <>
          <p class="soft small">{t(`look-at.${member.phone}`)}</p>
          <a href={to('circle', 'practice')}>{t('tried.try')}</a>
        </>
      )}
    </>
  );
}

function lampOf(member: Member | undefined, supported: Supported | undefined): string {
  if (member) return memberLamp(member);
  return supported && !isQuiet(supported) ? 'lit' : 'dim';
}

/** "We talked": once a day, taken back with one more tap. */
function Talked({
  id,
  items,
  onChange,
}: {
  id: string;
  items: ThreadItem[] | undefined;
  onChange: () => Promise<void>;
}) {
  const marked = items && talkedToday(items, state.now, myZone());
  const at = { params: { path: { person_id: id } } };
  const mark = async () => {
    const path = '/v1/threads/{person_id}/talked';
    if (await accepted(marked ? api.DELETE(path, at) : api.POST(path, at))) await onChange();
  };
  return (
    <Button kind="quiet" icon={marked ? 'back' : 'check'} onPress={mark}>
      {t(marked ? 'person.talked-undo' : 'person.talked')}
    </Button>
  );
}

/** We two are no longer in one circle. What was typed is still here, to be copied. */
function Gone({ id }: { id: string }) {
  const typed = draftTo(id);
  return (
    <main class="page">
      <Back href={to('circle')}>{t('tab.circle')}</Back>
      <section class="stack">
        <Headline live>{t('shared.not-found')}</Headline>
        <p>{t('shared.not-found-say')}</p>
        {typed && (
          <>
            <p class="soft">{t('person.typed')}</p>
            <blockquote class="words">{typed}</blockquote>
          </>
        )}
      </section>
    </main>
  );
}
