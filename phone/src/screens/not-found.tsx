// An address that leads nowhere (any more).

import { Says } from '../components/basics';
import { Lamp } from '../components/lamp';
import { say } from '../i18n';
import { to } from '../store/router';

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
