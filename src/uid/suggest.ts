import { javaBytes, keysWithPrefix } from '../schema/bytes';
import { IllegalArgumentError, IllegalStateError } from '../util/errors';
import { TimeSlice } from '../util/time-slice';
import type { NameCodec } from './name-codec';
import type { UniqueId } from './unique-id';

const FIRST = Buffer.from('!');
/** Exclusive; leaves out names that start with a Latin-1 letter, as the original does. */
const LAST = Buffer.from('~');
const LAST_UTF8 = Buffer.from([0xff]);

/** Bytes that a name takes beside its characters. */
const NAME_OVERHEAD = 64;
/** Bytes of names between two accounts. */
const ACCOUNT_EVERY = 64 * 1024;

/** The rows that an empty search goes through, and the preload. */
export function allNames(codec: NameCodec): { start: Buffer; stop: Buffer } {
  return { start: FIRST, stop: codec.charset === 'UTF-8' ? LAST_UTF8 : LAST };
}

/**
 * Names that start with a text, case-sensitive, in byte order; what is found goes into both caches. Mirrors UniqueId.suggestAsync.
 * @param account told of the bytes that names take, as they are found; what it throws ends the search
 * @throws IllegalArgumentError `Count must be greater than 0`
 * @throws IllegalStateError `WTF?  For kind=K name=N, we have id=[…] in cache, but just scanned id=[…]`, when storage stands by neither
 */
export async function suggestNames(uid: UniqueId, prefix: string, max: number, account?: (bytes: number) => void): Promise<string[]> {
  if (max < 1) throw new IllegalArgumentError('Count must be greater than 0');
  const { table, cache } = uid;
  const bytes = table.codec.encode(prefix);
  if (bytes === null) return []; // nothing is stored under such a name
  const { start, stop } = prefix === '' ? allNames(table.codec) : keysWithPrefix(bytes);
  const { epoch } = cache;
  const names: string[] = [];
  const slice = new TimeSlice();
  // So many are known to be there: if there is no room for them, none is read. The cache counts a name and its id as two.
  const expected = prefix === '' ? NAME_OVERHEAD * Math.min(max, Math.floor(cache.size / 2)) : 0;
  if (expected > 0) account?.(expected);
  let found = -expected;
  for await (const { name, exact, id } of table.scan(start, stop, max)) {
    const cached = cache.id(name);
    try {
      await uid.keep({ name, exact }, id, epoch);
    } catch (e) {
      if (!(e instanceof IllegalStateError) || cached === undefined || cached.equals(id)) throw e;
      throw new IllegalStateError(
        `WTF?  For kind=${table.kind} name=${name}, we have id=${javaBytes(cached)} in cache, but just scanned id=${javaBytes(id)}`,
      );
    }
    names.push(name);
    found += NAME_OVERHEAD + name.length;
    if (found >= ACCOUNT_EVERY) {
      account?.(found);
      found = 0;
    }
    if (slice.isOver()) await slice.next();
  }
  if (found > 0) account?.(found);
  return names;
}
