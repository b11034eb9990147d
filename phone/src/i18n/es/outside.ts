// Spanish: what stands outside of the app.
import type { Outside } from '../outside';

export const outside: Outside = {
  'late.say': 'Porchlight tarda en abrirse. La primera vez necesita conexión.',
  'late.again': 'Intentar de nuevo',
  'late.script': 'Porchlight necesita que JavaScript esté activado.',
  'push.calling': 'Llamo',
  'push.cannot': 'No puedo',
  'push.news': 'Hay algo nuevo para ti.',
};
