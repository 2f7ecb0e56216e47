import { rangeOf } from './check';
import { KEY_SECTIONS, type ConfigKey } from './keys';

/** The text of conf/opentsdb.conf: every key with its default and a line on it, all commented out but the port. */
export function renderConfig(): string {
  const out = [
    '# opentsdb.conf - every key, with its default. Java properties syntax: a line each, no trailing comments,',
    '# trailing blanks belong to the value. Made from the table in src/config/keys; edit that, then run `npm run conf`.',
    '',
  ];
  for (const section of KEY_SECTIONS) {
    out.push(`# ${'-'.repeat(4)} ${section.title} ${'-'.repeat(100 - section.title.length)}`, '');
    for (const key of section.keys) {
      out.push(`# ${key.doc} (${key.type})${valuesOf(key)}`);
      out.push(`#${key.name} = ${key.default ?? ''}`.trimEnd(), '');
    }
  }
  return out.join('\n');
}

/** The values that a key can have, where the table says. */
function valuesOf(key: ConfigKey): string {
  if (key.choices !== undefined) return `: ${key.choices.join(', ')}`;
  return key.type === 'int' ? `: ${rangeOf(key)}` : '';
}
