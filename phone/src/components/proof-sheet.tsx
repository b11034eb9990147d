// Over whatever page asked for it: shows once more who it is, and the page goes on where it was, with what was typed in it.
import { t } from '../i18n';
import { change, state } from '../store/store';
import { Sheet } from './basics';
import { Proof } from './proof';

export function ProofSheet() {
  const answer = (proven: boolean) => {
    state.askProof?.(proven);
    change({ askProof: null });
  };
  return (
    <Sheet title={t('proof.head')} onClose={() => answer(false)}>
      <p class="soft">{t('proof.say')}</p>
      <Proof to={t('passphrase.continue')} kind="main" onProven={() => answer(true)} />
    </Sheet>
  );
}
