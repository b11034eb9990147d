// What is seen on the screen is read: the notices about what is open there, as long as somebody can look at it.

import { api } from '../api/client';
import type { Notice } from '../contract/types';

/** Mark the unread notices that are `about` what is shown as read. Return whether there were any; a hidden page shows nothing. */
export async function readShown(about: (notice: Notice) => boolean): Promise<boolean> {
  if (document.visibilityState !== 'visible') return false;
  let any = false;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { data } = await api.GET('/v1/inbox', {
      params: { query: { unread: true, limit: 100, ...(cursor && { cursor }) } },
    });
    const matching = data?.items.filter(about) ?? [];
    const read = await Promise.all(
      matching.map(({ id }) => api.POST('/v1/inbox/{notice_id}/read', { params: { path: { notice_id: id } } })),
    );
    any ||= read.some((reply) => reply.data);
    cursor = data?.next ?? null;
  }
  return any;
}
