// Inviting somebody: for whom, then a QR code and a link; and the pending invitations.
import { useRef, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText, RadioGroup, Sheet } from '../components/basics';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { useGuestsOffered } from '../components/guests-offered';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import { role, roles } from '../components/people';
import { Group, Row } from '../components/rows';
import type { Member, Schemas } from '../contract/types';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { moment } from '../i18n/span';
import { newKey } from '../platform/random-key';
import { within } from '../platform/timeout';
import { accepted } from '../store/accepted';
import { ConfirmAction } from './member';

type NewInvitation = Schemas['InvitedOut'];
type Link = Schemas['InvitationOut'];

export function Invite({ onClose }: { onClose: () => void }) {
  const [who, setWho] = useState<Member['role']>('friend');
  const [invitation, setInvitation] = useState<NewInvitation>();
  const sent = useRef({ said: '', key: '' });
  const create = async (readField: ReadField) => {
    const label = readField('label').trim() || null;
    const greeting = readField('greeting').trim() || null;
    const body = { role: who, label, greeting };
    const said = JSON.stringify(body);
    // A key belongs to one body; what was typed is no part of it, for a header takes few letters.
    if (sent.current.said !== said) sent.current = { said, key: newKey() };
    const { data, error } = await api.POST('/v1/invitations', { params: once(sent.current.key), body });
    setInvitation(data);
    return errorText(error);
  };
  return (
    <Sheet title={t('invite.head')} onClose={onClose}>
      {invitation ? (
        <Code {...invitation} />
      ) : (
        <Form send={create} submit={t('invite.show')}>
          <Field
            label={t('invite.label')}
            hint={t('invite.label-hint')}
            name="label"
            autocomplete="off"
            maxLength={60}
          />
          <Field
            label={t('invite.greeting')}
            hint={t('invite.greeting-hint')}
            name="greeting"
            autocomplete="off"
            maxLength={200}
          />
          <h3 class="head">{t('invite.role')}</h3>
          <RadioGroup legend={t('invite.role')} name="who" value={who} options={roles()} onPick={setWho} />
        </Form>
      )}
    </Sheet>
  );
}

function Code({ url, qr, expires_at }: { url: string; qr: NewInvitation['qr']; expires_at: string }) {
  const guests = useGuestsOffered();
  return (
    <>
      <p class="soft">{t('invite.say')}</p>
      <svg class="qr" role="img" aria-label={t('invite.code')} viewBox={`-4 -4 ${qr.size + 8} ${qr.size + 8}`}>
        <path d={qr.path} />
      </svg>
      <p class="soft small mid">{t('invite.until', { time: moment(expires_at) })}</p>
      <Share url={url} />
      {guests && (
        <details class="mid">
          <summary class="btn quiet">{t('join.without-app')}</summary>
          <div class="stack">
            <p>{t('invite.without-app-say')}</p>
            <Share url={url.replace('/#/', '/#/g/')} />
          </div>
        </details>
      )}
    </>
  );
}

function Share({ url }: { url: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => within(navigator.clipboard.writeText(url)).then(() => setCopied(true));
  return (
    <div class="two">
      {'share' in navigator && (
        <Button onPress={() => void navigator.share({ text: t('invite.share-say'), url }).catch(() => undefined)}>
          {t('invite.share')}
        </Button>
      )}
      <Button onPress={copy}>{t(copied ? 'all.copied' : 'invite.copy')}</Button>
    </div>
  );
}

/** For whom a link is: the label, or the role if there is none. */
const invitee = (link: Link): string => link.label || role(link.role).replace(/^./, (first) => first.toUpperCase());

/** Pending invitations. Each can be shown again until it is used. */
export function PendingInvitations({ links, onChange }: { links: Link[]; onChange: () => Promise<void> }) {
  const [open, setOpen] = useState('');
  const shown = links.find((link) => link.id === open);
  if (!links.length) return null;
  return (
    <Group
      head={t('circle.invited')}
      after={
        shown && (
          <InvitationSheet
            key={shown.id}
            of={shown}
            onChange={onChange}
            onRenewed={setOpen}
            onClose={() => setOpen('')}
          />
        )
      }
    >
      {links.map((link) => (
        <li key={link.id}>
          <button type="button" class="row" onClick={() => setOpen(link.id)}>
            <Row
              lamp={<Lamp state="dim" />}
              name={invitee(link)}
              more={link.label ? role(link.role) : undefined}
              says={t('circle.invited-say', { time: moment(link.expires_at) })}
            />
            <Icon name="next" />
          </button>
        </li>
      ))}
    </Group>
  );
}

function InvitationSheet({
  of,
  onChange,
  onRenewed,
  onClose,
}: {
  of: Link;
  onChange: () => Promise<void>;
  onRenewed: (id: string) => void;
  onClose: () => void;
}) {
  const [message, setMessage] = useState('');
  const [key] = useState(newKey);
  const withdraw = async () => {
    const at = { params: { path: { invitation_id: of.id } } };
    await accepted(api.DELETE('/v1/invitations/{invitation_id}', at));
    await onChange();
  };
  const renew = async () => {
    const { data, error } = await api.POST('/v1/invitations', {
      params: once(key),
      body: { role: of.role, step: of.step, label: of.label, greeting: of.greeting },
    });
    if (!data) return setMessage(errorText(error));
    await withdraw();
    onRenewed(data.id);
  };
  return (
    <Sheet
      title={of.label ? t('circle.invitation-open', { name: of.label }) : t('circle.invitation-open-unnamed')}
      onClose={onClose}
    >
      {of.url && of.qr ? (
        <Code url={of.url} qr={of.qr} expires_at={of.expires_at} />
      ) : (
        <>
          <p>{t('invite.unreadable')}</p>
          <ErrorText>{message}</ErrorText>
          <Button kind="main" onPress={renew}>
            {t('invite.renew')}
          </Button>
        </>
      )}
      <ConfirmAction
        ask={t('circle.withdraw')}
        says={t('circle.withdraw-say')}
        yes={t('circle.withdraw-yes')}
        onYes={withdraw}
      />
    </Sheet>
  );
}
