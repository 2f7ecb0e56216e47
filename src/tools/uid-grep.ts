import { ID_FAMILY } from '../uid/uid-table';
import { messageOf } from '../util/message-of';
import { codecOf, mappingLine, type UidToolContext } from './uid-context';

/**
 * `grep [KIND] REGEX`: the mappings whose name the expression is found in, a line for each, in row key order; the counters' row is a row like any
 * other. 0; 1 when there is none; 3 when the scan fails, as with a bad expression.
 */
export async function grep(context: UidToolContext, words: readonly string[]): Promise<number> {
  const kind = words.length === 3 ? words[1] : null;
  const pattern = `${context.ignoreCase ? '(?i)' : ''}${words[words.length - 1]}`;
  const codec = codecOf(context);
  const options = {
    start: Buffer.alloc(0),
    stop: Buffer.alloc(0),
    family: ID_FAMILY,
    qualifiers: kind === null ? undefined : [Buffer.from(kind, 'latin1')],
    filter: { kind: 'keyRegexp' as const, pattern },
  };
  let found = false;
  try {
    for await (const rows of context.storage.scan(context.table, options))
      for (const row of rows)
        for (let i = 0; i < row.size; i++) {
          found = true;
          context.io.stdout.write(mappingLine(row.qualifier(i).toString('latin1'), codec.decode(row.key).name, row.value(i)));
        }
  } catch (e) {
    const message = messageOf(e);
    context.log.error(
      `Error while scanning HBase, scanner=Scanner(table="${context.table}", filter=${JSON.stringify(pattern)}): ${message}`,
    );
    return 3;
  }
  return found ? 0 : 1;
}
