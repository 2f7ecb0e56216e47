import { uidToHex } from '../../../schema/bytes';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { hashMapOrder } from '../../../util/java-hash-order';
import { nullPointer, readStringLists } from '../json-body';
import { TimeSlice } from '../../../util/time-slice';
import type { HttpCall } from '../types';
import { kindOfType } from './uid-type';

const TYPES = ['metric', 'tagk', 'tagv'] as const;

/** `metric=a,b&tagk=c` as the lists a body would have. */
function fromParams(call: HttpCall): Map<string, (string | null)[] | null> {
  const lists = new Map<string, string[]>();
  for (const type of TYPES) {
    const names = (call.param(type) ?? '').split(',');
    while (names.length > 0 && names[names.length - 1] === '') names.pop(); // Java's split
    if (names.length > 0) lists.set(type, names);
  }
  return lists;
}

/** @throws ClientError 413 */
function checkCount(lists: ReadonlyMap<string, (string | null)[] | null>, limit: number): void {
  let names = 0;
  for (const list of lists.values()) names += Math.max(1, list?.length ?? 0);
  if (names > limit) throw new ClientError(413, 'Too many names', `A request may have names to assign up to the limit of ${limit}`);
}

/** Code unit order, which is that of a TreeMap of strings. */
const sortedJson = (values: ReadonlyMap<string, string>): string => {
  const entries = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',')}}`;
};

/**
 * `/api/uid/assign`: UIDs for new names, of any of the three types at once; what fails is told name by name.
 * Mirrors UniqueIdRpc.handleAssign.
 */
export async function assignUids(call: HttpCall): Promise<void> {
  call.allowMethods('GET', 'POST');
  const lists = call.method === 'POST' ? readStringLists(call) : fromParams(call);
  if (lists.size === 0) throw new ClientError(400, 'Missing values to assign UIDs');
  checkCount(lists, call.tsd.settings.body.maxNames);
  const answer = new Map<string, Map<string, string>>();
  let failed = false;
  const slice = new TimeSlice(call.signal);
  for (const type of hashMapOrder(lists.keys())) {
    const assigned = new Map<string, string>();
    const errors = new Map<string, string>();
    const names = lists.get(type) ?? null;
    if (names === null) throw nullPointer();
    for (const name of names) {
      if (name === null) throw nullPointer();
      if (slice.isOver()) await slice.next();
      try {
        assigned.set(name, await assign(call, type, name));
      } catch (error) {
        if (!(error instanceof IllegalArgumentError)) throw error;
        errors.set(name, error.message);
      }
    }
    answer.set(type, assigned);
    if (errors.size > 0) answer.set(`${type}_errors`, errors);
    failed ||= errors.size > 0;
  }
  const members = hashMapOrder(answer.keys()).map((key) => `${JSON.stringify(key)}:${sortedJson(answer.get(key) ?? new Map())}`);
  call.sendJson(failed ? 400 : 200, `{${members.join(',')}}`);
}

/** @returns the UID in hex @throws IllegalArgumentError. Mirrors TSDB.assignUid. */
async function assign({ tsd }: HttpCall, type: string, name: string): Promise<string> {
  tsd.uids.validator.validate(type, name);
  return uidToHex(await tsd.uids.assign(kindOfType(type), name));
}
