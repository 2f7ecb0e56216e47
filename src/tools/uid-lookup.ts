import { javaBytes, numberToUid } from '../schema/bytes';
import { StorageError, type Row } from '../storage';
import { IllegalStateError } from '../util/errors';
import { messageOf } from '../util/message-of';
import { kindOf, maxId, NoSuchUniqueId, NoSuchUniqueName } from '../uid';
import { ID_FAMILY, NAME_FAMILY } from '../uid/uid-table';
import { checkWidth } from '../uid/kinds';
import { codecOf, mappingLine, uniqueId, type UidToolContext } from './uid-context';

/** `[KIND] NAME` and `[KIND] ID`: 0 when found, 1 when not; a word that is a 64-bit integer is an ID. */
export function lookUp(context: UidToolContext, words: readonly string[]): Promise<number> {
  const kind = words.length === 2 ? words[0] : null;
  const what = words[words.length - 1];
  const id = parseLong(what);
  return id === null ? byName(context, kind, what) : byId(context, kind, id);
}

async function byName(context: UidToolContext, kind: string | null, name: string): Promise<number> {
  if (kind === null) {
    const row = codecOf(context).encode(name);
    return row === null || row.length === 0 ? 1 : printRow(context, row, ID_FAMILY);
  }
  const { uid } = uniqueId(context, kind);
  return report(context, kind, async () => ({ name, id: await uid.getId(name) }));
}

async function byId(context: UidToolContext, kind: string | null, number: bigint): Promise<number> {
  const widths = widthsOf(context, kind);
  const ids = widths.filter((width) => number >= 0n && number <= maxId(width)).map((width) => numberToUid(number, width));
  if (ids.length === 0) {
    const widest = Math.max(...widths);
    context.io.stderr.write(`${number} is too large to fit on ${widest} bytes.  Maybe you forgot to adjust --idwidth?\n`);
    return 1;
  }
  if (kind === null) {
    const codes = [];
    for (const id of ids) codes.push(await printRow(context, id, NAME_FAMILY));
    return Math.min(...codes);
  }
  const { uid } = uniqueId(context, kind);
  const [id] = ids;
  return report(context, kind, async () => ({ name: await uid.getName(id), id }));
}

/** Bytes that an ID may have: those of its kind, or of all kinds when none is named. */
function widthsOf({ idWidth, model }: UidToolContext, kind: string | null): number[] {
  if (idWidth !== null) return [checkWidth(idWidth)];
  return kind === null ? [...new Set<number>(Object.values(model.widths))] : [model.widths[kindOf(kind)]];
}

async function report(context: UidToolContext, kind: string, find: () => Promise<{ name: string; id: Buffer }>): Promise<number> {
  try {
    const { name, id } = await find();
    context.io.stdout.write(mappingLine(kind, name, id));
    return 0;
  } catch (e) {
    const told = [NoSuchUniqueName, NoSuchUniqueId, StorageError, IllegalStateError].some((type) => e instanceof type);
    if (!told) throw e;
    context.log.error(messageOf(e));
    return 1;
  }
}

/** Every column of the row, whatever its name: several kinds may share a name or a number. */
async function printRow(context: UidToolContext, key: Buffer, family: Buffer): Promise<number> {
  let row: Row | null;
  try {
    row = await context.storage.get(context.table, { row: key, family });
  } catch (e) {
    if (!(e instanceof StorageError)) throw e;
    context.log.error(`Get failed: ${javaBytes(key)}: ${e.message}`);
    return 1;
  }
  const codec = codecOf(context);
  for (let i = 0; i < (row?.size ?? 0); i++) {
    const kind = row!.qualifier(i).toString('latin1');
    const [name, id] = family === ID_FAMILY ? [codec.decode(key).name, row!.value(i)] : [codec.decode(row!.value(i)).name, key];
    context.io.stdout.write(mappingLine(kind, name, id));
  }
  return row === null || row.size === 0 ? 1 : 0;
}

/** Java's Long.parseLong; null where it throws. */
function parseLong(text: string): bigint | null {
  if (!/^[+-]?\d+$/.test(text)) return null;
  const n = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, n) === n ? n : null;
}
