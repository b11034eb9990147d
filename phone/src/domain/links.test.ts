// Links as they arrive: what people and their programs do to them on the way.
import { describe, expect, test } from 'vitest';
import { findInvitationToken, parseRoute } from './links';

const T = 'aB3_dE-fGh1jKlMnOpQr5w';
const LINK = `https://porch.example/#/invitation/${T}`;

describe('an invitation is read out of', () => {
  test.each<[string, string]>([
    ['the link', LINK],
    ['the token alone', T],
    ['the token alone, with blanks', `  ${T}\n`],
    ['an encoded #', `https://porch.example/%23/invitation/${T}`],
    ['an encoded # and slashes', `https://porch.example/%23%2Finvitation%2F${T}`],
    ['a # encoded twice', `https://porch.example/%2523/invitation/${T}`],
    ['no # at all', `https://porch.example/invitation/${T}`],
    ['no slash after the #', `https://porch.example/#invitation/${T}`],
    ['a doubled slash', `https://porch.example/#//invitation//${T}`],
    ...[...'.,;:!?)]}>»"’”\'*_~…。'].map((end): [string, string] => [`${end} after it`, `${LINK}${end}`]),
    ['angle brackets', `<${LINK}>`],
    ['guillemets', `«${LINK}»`],
    ['a link in Markdown', `[Porchlight](${LINK})`],
    ['underlines around it', `_${LINK}_`],
    ['a sentence', `May I call on you sometimes? ${LINK}, it works until Thursday.`],
    ['a sentence without a blank after it', `${LINK}-Maya`],
    ['a line end after it', `${LINK}\r\n`],
    ['a line end in its middle', `https://porch.example/#/invi\ntation/${T.slice(0, 9)}\r\n${T.slice(9)}`],
    ['quoted lines', `> https://porch.example/#/invitation/${T.slice(0, 9)}\n> ${T.slice(9)}`],
    ['soft line ends', `https://porch.example/=23/invitation/${T.slice(0, 9)}=\n${T.slice(9)}`],
    ['an encoded blank after it', `${LINK}%20`],
    ['an encoded line end', `${LINK}%0A`],
    ['a broken sequence after it', `${LINK}%E0%A4%A`],
    ['a query after it', `${LINK}?utm_source=mail`],
    ['a query before the #', `https://porch.example/?fbclid=x%zz#/invitation/${T}`],
    ['another fragment after it', `${LINK}#:~:text=hello`],
    ['a link inside a link', `https://guard.example/?url=${encodeURIComponent(encodeURIComponent(LINK))}&data=05`],
    ['character references', `https://porch.example/&#35;/invitation&#x2F;${T}`],
    ['capitals', `HTTPS://PORCH.EXAMPLE/#/INVITATION/${T}`],
    [
      'marks that nobody sees',
      `\u2068${LINK.replace('vit', 'vi\u200bt').replace(T, `${T.slice(0, 4)}\u00ad${T.slice(4)}`)}\u2069`,
    ],
    ['typographic dashes', LINK.replace('E-f', 'E\u2013f')],
    ['full-width signs', LINK.replace('#', '＃')],
    ['backslashes', `https://porch.example/#\\invitation\\${T}`],
  ])('%s', (_, text) => {
    expect(findInvitationToken(text)).toBe(T);
  });

  test('two dashes that were made one', () => {
    expect(findInvitationToken('https://porch.example/#/invitation/aB3_dE\u2014h1jKlMnOpQr5wz')).toBe(
      'aB3_dE--h1jKlMnOpQr5wz',
    );
  });
});

test.each([
  ['nothing', ''],
  ['a link that was cut off', LINK.slice(0, -1)],
  ['something else', 'https://porch.example/#/inbox'],
  ['a sentence', 'Call me tonight about the invitation'],
  ['broken sequences', '%%%E0%A4%A%'],
])('no invitation is read out of %s', (_, text) => {
  expect(findInvitationToken(text)).toBeUndefined();
});

describe('an address leads', () => {
  const at = (address: string) => {
    const { pathname, search, hash } = new URL(address, 'https://porch.example');
    return parseRoute({ pathname, search, hash });
  };

  test.each<[string, string[]]>([
    ['/', []],
    ['/#/', []],
    ['/#/inbox', ['inbox']],
    ['/#inbox', ['inbox']],
    ['/#/circle/times', ['circle', 'times']],
    ['/%23/inbox', ['inbox']],
    ['/?x=1#/settings/hours', ['settings', 'hours']],
    ['/#/reach-outs/%', ['reach-outs', '%']],
    ['/#/%E0%A4%A/x', ['%E0%A4%A', 'x']],
    ['/#/reach-outs/a%20b', ['reach-outs', 'a b']],
    [`/#/invitation/${T}`, ['invitation', T]],
    [`/%23/invitation/${T}`, ['invitation', T]],
    [`/%23/invitation/${T}.`, ['invitation', T]],
    [`/%2523%2Finvitation%2F${T}`, ['invitation', T]],
    [`/invitation/${T}`, ['invitation', T]],
    [`/?to=%23/invitation/${T}`, ['invitation', T]],
    [`/#/invitation/${T}).`, ['invitation', T]],
    [`/#/invitation/${T}%`, ['invitation', T]],
    [`/#/Invitation/${T}`, ['invitation', T]],
    ['/#/invitation', ['invitation']],
    ['/#/invitation/', ['invitation']],
    ['/#/invitation/gone', ['invitation']],
    ['/%23/invitation/%E0%A4%A', ['invitation']],
    ['/#/invitation/%', ['invitation']],
  ])('%s', (address, parts) => {
    expect(at(address)).toEqual(parts);
  });
});
