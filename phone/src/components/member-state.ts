// Whether somebody can be reached now, and tonight, in one short line.
import type { Member } from '../contract/types';
import { t } from '../i18n';

export function memberState(member: Member): string {
  if (member.available_now) return t(member.tonight ? 'circle.tonight' : 'circle.available');
  if (member.reachable) return t('circle.outside-hours');
  if (member.guest) return t('guest.unreachable');
  return t(member.phone ? 'circle.needs-look' : 'circle.no-device');
}
