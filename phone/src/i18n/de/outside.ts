// German: what stands outside of the app.
import type { Outside } from '../outside';

export const outside: Outside = {
  'slow-start.say': 'Porchlight braucht lange zum Öffnen. Beim ersten Mal geht es nur mit Verbindung.',
  'slow-start.retry': 'Noch einmal versuchen',
  'slow-start.no-script': 'Porchlight braucht eingeschaltetes JavaScript.',
  'slow-start.guest': 'Den Link aus einer Nachricht öffnen',
  'push.calling': 'Ich rufe an',
  'push.cannot': 'Kann nicht',
  'push.seen': 'Ich sehe es',
  'push.news': 'Etwas Neues wartet auf dich.',
};
