// An address that leads nowhere (any more).

import { say } from '../i18n';
import { Says } from '../parts/basics';
import { Lamp } from '../parts/lamp';
import { to } from '../route';

export function Gone() {
  return (
    <main class="page">
      <div class="hero grow">
        <Lamp state="dim big" />
        <Says>{say('gone.head')}</Says>
        <p>{say('gone.say')}</p>
      </div>
      <a class="btn" href={to()}>
        {say('gone.home')}
      </a>
    </main>
  );
}
