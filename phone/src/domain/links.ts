// Reads links that mail programs, messengers or fingers have changed. Pure, and never throws.

/** 16 random bytes in base64url. Its length tells where a token ends and the sentence around it goes on. */
const TOKEN = /invitation[/\\]+([\w-]{22})/i;
const ALONE = /^[^\w-]*([\w-]{22})[^\w-]*$/;
/** An intact link, which needs no repair. */
const WHOLE = /^#\/invitation\/([\w-]{22})$/;

/** Decode `%23` and its like, encoded once or several times. Invalid sequences stay as they are. */
function decoded(text: string): string {
  let decodedText = text;
  for (let round = 0; round < 4 && /%[\da-f]{2}/i.test(decodedText); round += 1) {
    decodedText = decodedText.replace(/(?:%[\da-f]{2})+/gi, (sequence) => {
      try {
        return decodeURIComponent(sequence);
      } catch {
        return sequence.replace(/%([2-7][\da-f])/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
      }
    });
  }
  return decodedText;
}

/** Undo what mail programs insert: soft line breaks, character references, typographic dashes, invisible characters. */
const normalized = (text: string): string =>
  decoded(text)
    .normalize('NFKC')
    .replace(/=\s*\r?\n/g, '')
    .replace(/=(23|2F)/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/&#(?:x(\w+)|(\d+));/gi, (_, hex?: string, tens?: string) =>
      String.fromCharCode(hex ? parseInt(hex, 16) : Number(tens)),
    )
    .replace(/[\u00ad\p{Cf}]/gu, '')
    .replace(/\u2014/g, '--')
    .replace(/[\u2010-\u2013\u2212]/g, '-');

/**
 * Return the token of an invitation from a link, a message with the link in it, or the token alone; undefined where
 * there is none.
 */
export function findInvitationToken(text: string): string | undefined {
  const plain = normalized(text);
  // Broken lines are joined only if the link is not intact without that.
  const match = TOKEN.exec(plain) ?? TOKEN.exec(plain.replace(/[\s>|]+/g, '')) ?? ALONE.exec(plain);
  return match?.[1];
}

/** The parts of an address of the app; what cannot be decoded stays as it is. */
const parts = (hash: string): string[] =>
  hash
    .replace(/^#?\/?/, '')
    .split('/')
    .filter(Boolean)
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });

/**
 * Return the parts of an address: `['reach-outs', ID]`. An invitation is recognised anywhere in the address;
 * `['invitation']` alone is an unreadable one.
 */
export function parseRoute({
  pathname = '/',
  search = '',
  hash,
}: {
  pathname?: string;
  search?: string;
  hash: string;
}): string[] {
  const whole = WHOLE.exec(hash);
  if (whole?.[1]) return ['invitation', whole[1]];
  const all = normalized(`${pathname}${search}${hash}`);
  if (/(^|[/#?&=])invitation([/\\?&#=]|\s|$)/i.test(all) || /invitation[/\\]/i.test(all)) {
    const token = findInvitationToken(all);
    return token ? ['invitation', token] : ['invitation'];
  }
  // The # itself was encoded, and stands in the path now.
  const moved = all.indexOf('#');
  return parts(hash || (normalized(pathname).includes('#') && moved >= 0 ? all.slice(moved) : ''));
}
