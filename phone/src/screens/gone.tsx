// An address that leads nowhere (any more).
import { Lamp } from '../parts/lamp';
import { Says } from '../parts/basics';
import { to } from '../route';
import { say } from '../i18n';

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
