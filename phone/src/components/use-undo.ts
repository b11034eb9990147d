// One tap that sends something: for five seconds it can be taken back. Leaving the page sends it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { UNDO_MS } from '../domain/threads';

interface Undo {
  /** What is about to be sent; empty when nothing is. */
  waiting: string;
  /** Empty words take back what was chosen. */
  choose: (words: string) => void;
  /** Send now what is waiting. */
  release: () => Promise<void>;
}

export function useUndo(send: (words: string) => Promise<void>): Undo {
  const [waiting, setWaiting] = useState('');
  // Timers and the end of the page see the words, and the way to send them, as they are by then.
  const pending = useRef('');
  const latest = useRef(send);
  latest.current = send;
  const choose = (words: string) => {
    pending.current = words;
    setWaiting(words);
  };
  const release = async () => {
    const words = pending.current;
    choose('');
    if (words) await latest.current(words);
  };
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => void release(), UNDO_MS);
    // Whoever puts the phone away has not taken it back.
    const hidden = () => void (document.hidden && release());
    document.addEventListener('visibilitychange', hidden);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', hidden);
    };
  }, [waiting]);
  useEffect(() => () => void release(), []);
  return { waiting, choose, release };
}
