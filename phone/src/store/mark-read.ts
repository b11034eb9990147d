// Notices about what is on the screen are read, as long as the page is visible.

import { api } from '../api/client';
import type { Notice } from '../contract/types';

/** Mark the unread notices that match `about` as read. Return whether there were any; does nothing on a hidden page. */
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
