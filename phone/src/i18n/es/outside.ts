// Spanish: what stands outside of the app.
import type { Outside } from '../outside';

export const outside: Outside = {
  'slow-start.say': 'Porchlight tarda en abrirse. La primera vez necesita conexión.',
  'slow-start.retry': 'Intentar de nuevo',
  'slow-start.no-script': 'Porchlight necesita que JavaScript esté activado.',
  'slow-start.guest': 'Abrir el enlace de un mensaje',
  'push.calling': 'Llamo',
  'push.cannot': 'No puedo',
  'push.seen': 'La veo',
  'push.news': 'Hay algo nuevo para ti.',
};
