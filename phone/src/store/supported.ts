// Whom I am there for, fetched by the screens that show them and remembered for the next one.
import { api, whole } from '../api/client';
import { change } from './store';

export async function fetchSupported() {
  const reply = await api.GET('/v1/supporting', whole);
  if (reply.data) change({ supported: reply.data.items });
  return reply;
}
