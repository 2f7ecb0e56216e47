import { KEYS } from '../keys';
import type { Config } from '../types';

type Texts = Pick<Config, 'getString'>;

/** A number; an empty value means what an absent one does: the default of the table of keys. @throws NumberFormatError */
export function intOf(config: Config, key: string): number {
  return optionalInt(config, key) ?? Number(KEYS.get(key)?.default ?? NaN);
}

/** A number that has no default; null: absent or empty. @throws NumberFormatError */
export function optionalInt(config: Config, key: string): number | null {
  return config.has(key) ? config.getInt(key) : null;
}

/** A text; an empty value means what an absent one does: the default of the table of keys, or the empty text. */
export function textOf(config: Texts, key: string): string {
  return optionalText(config, key) ?? KEYS.get(key)?.default ?? '';
}

/** A text that has no default; null: absent or empty. */
export function optionalText(config: Texts, key: string): string | null {
  return config.getString(key) || null;
}

/** A switch; an empty value means what an absent one does: the default of the table of keys. */
export function flagOf(config: Config, key: string): boolean {
  return config.has(key) ? config.getBoolean(key) : KEYS.get(key)?.default === 'true';
}
