import { NumberFormatError } from '../util/errors';
import { KEYS } from './keys';
import type { Config } from './types';

/**
 * The flat map of strings that all parts read, in layers: file, defaults for keys absent from it, command line.
 * A key present with an empty value keeps it. Mirrors net.opentsdb.utils.Config.
 */
export class LayeredConfig implements Config {
  private readonly values: Map<string, string>;

  /** @param directory of the file that the values come from */
  constructor(
    values: Iterable<readonly [string, string]> = [],
    readonly directory?: string,
  ) {
    this.values = new Map(values);
  }

  getString(key: string): string | null {
    return this.values.get(key) ?? KEYS.get(key)?.default ?? null;
  }

  getInt(key: string): number {
    const raw = this.getString(key);
    const text = raw?.trim() ?? '';
    const n = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(n)) throw NumberFormatError.forInput(raw === null ? null : text);
    return n;
  }

  getFloat(key: string): number {
    const raw = this.getString(key);
    const text = raw?.trim() ?? '';
    const n = text === '' ? NaN : Number(text);
    if (Number.isNaN(n)) throw NumberFormatError.forInput(raw === null ? null : text);
    return n;
  }

  getBoolean(key: string): boolean {
    const text = (this.getString(key) ?? '').trim().toUpperCase();
    return text === '1' || text === 'TRUE' || text === 'YES';
  }

  isSet(key: string): boolean {
    return this.values.has(key);
  }

  has(key: string): boolean {
    return (this.getString(key) ?? '') !== '';
  }

  set(key: string, value: string): void {
    this.values.set(key, value);
  }

  /** What is set, without defaults: from this another process makes the same configuration. */
  given(): (readonly [key: string, value: string])[] {
    return [...this.values];
  }

  entries(): Map<string, string> {
    const out = new Map<string, string>();
    for (const key of KEYS.values()) if (!key.hidden && key.default !== null) out.set(key.name, key.default);
    for (const [key, value] of this.values) out.set(key, value);
    return out;
  }
}
