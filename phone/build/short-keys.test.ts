// The ids that a build puts in place of keys.
import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { shortened, shortKeys } from './short-keys';

const NAME = `${import.meta.dirname.replace(/build$/, '')}src/screens/made-up.tsx`;

function transformed(code: string, name = NAME): string | undefined {
  const transform = shortKeys().transform as unknown as (code: string, id: string) => { code: string } | null;
  return transform(code, name)?.code;
}

test('no two keys share an id: a number, or a letter for the start of what is put together', () => {
  const [words, named] = shortened(en);
  expect(words.length + Object.keys(named).length).toBe(Object.keys(en).length);
  expect([...words, ...Object.values(named)].sort()).toEqual(Object.values(en).sort());
  for (const id of Object.keys(named)) expect(id).toMatch(/^[a-zA-Z]{1,2}\./);
});

test('what the code asks for is what the catalogue has, wherever the code stood', () => {
  const [numbered, named] = shortened(en);
  const words: Record<string, string> = { ...numbered, ...named };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the code of a screen
  const code = "say(t('all.back')); say(t(`tab.${tab}`)); say('not.a-key');";
  const short = transformed(code) ?? '';
  expect(short).toHaveLength(code.length);
  expect(short.indexOf('not.a-key')).toBe(code.indexOf('not.a-key'));
  const said: string[] = [];
  new Function('say', 't', 'tab', short)(
    (text: string) => said.push(text),
    (id: string) => words[id] ?? id,
    'home',
  );
  expect(said).toEqual([en['all.back'], en['tab.home'], 'not.a-key']);
});

test('other files, and files without keys, stay as they are', () => {
  expect(transformed("t('all.back')", '/elsewhere/all.tsx')).toBeUndefined();
  expect(transformed('1 + 1')).toBeUndefined();
});

test('no key looks like a word of the API, which would become short with it', () => {
  // Parts of a check-in are put together as `week.people`.
  expect(Object.keys(en).filter((key) => key.startsWith('week.'))).toEqual([]);
});
