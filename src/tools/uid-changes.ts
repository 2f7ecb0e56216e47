import { otherWidth } from '../app/startup-checks';
import { WIDTH_KEYS } from '../config/settings';
import { StorageError } from '../storage';
import { kindOf, NoSuchUniqueName } from '../uid';
import { IllegalArgumentError, IllegalStateError } from '../util/errors';
import { messageOf } from '../util/message-of';
import { mappingLine, uniqueId, type UidToolContext } from './uid-context';

/** `assign KIND NAME…`: 0; 3 when storage fails, and the rest is not done then. Names that have a UID are printed with it. */
export async function assign(context: UidToolContext, [, kind, ...names]: readonly string[]): Promise<number> {
  const { uid } = uniqueId(context, kind);
  await refuseOtherWidth(context, kind);
  for (const name of names) {
    try {
      context.io.stdout.write(mappingLine(kind, name, await uid.getOrCreateId(name)));
    } catch (e) {
      if (!(e instanceof StorageError)) throw e;
      context.log.error(`error while processing ${name}`, e);
      return 3;
    }
  }
  return 0;
}

/**
 * A table whose UIDs are all longer or shorter has no room for these: a TSD would find no name by them.
 * @throws IllegalArgumentError
 */
async function refuseOtherWidth({ storage, table, idWidth, model }: UidToolContext, kind: string): Promise<void> {
  const width = idWidth ?? model.widths[kindOf(kind)];
  const other = await otherWidth(storage, table, kind, width);
  if (other === null) return;
  const said = idWidth === null ? `${WIDTH_KEYS[kindOf(kind)]} = ${width}` : `--idwidth=${width}`;
  throw new IllegalArgumentError(`${said}, but table "${table}" has UIDs of ${kind} on ${other} bytes: nothing was assigned`);
}

/** `rename KIND OLD NEW`: 0; 1 for an unknown name; 3 when storage fails. */
export async function rename(context: UidToolContext, [, kind, from, to]: readonly string[]): Promise<number> {
  const { changes } = uniqueId(context, kind);
  try {
    await changes.rename(from, to);
  } catch (e) {
    if (!(e instanceof StorageError || e instanceof NoSuchUniqueName)) throw e;
    if (e instanceof NoSuchUniqueName) context.log.error(e.message);
    else context.log.error(`error while renaming ${from} to ${to}`, e);
    return e instanceof NoSuchUniqueName ? 1 : 3;
  }
  context.io.stdout.write(`${kind} ${from} -> ${to}\n`);
  return 0;
}

/** `delete KIND NAME`: 0; 1 for an unknown name; 3 when storage fails or has a UID of another width; 4 for anything else. */
export async function remove(context: UidToolContext, [, type, name]: readonly string[]): Promise<number> {
  const { log } = context;
  try {
    const { changes } = uniqueId(context, kindOf(type));
    await changes.delete(name);
    log.info(`UID ${type} ${name} deleted.`);
    return 0;
  } catch (e) {
    const message = messageOf(e);
    if (e instanceof NoSuchUniqueName) {
      log.error(message);
      return 1;
    }
    if (e instanceof StorageError || e instanceof IllegalStateError) {
      log.error(`error while deleting ${name}`, e);
      return 3;
    }
    log.error('Unexpected exception', e);
    return 4;
  }
}
