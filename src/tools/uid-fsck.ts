import { KindCheck } from './uid-fsck-check';
import { UidRepairs } from './uid-fsck-repairs';
import { scanMappings } from './uid-fsck-scan';
import type { UidToolContext } from './uid-context';

const RULE = '----------------------------------';
/** The largest exit code: the number of errors may be a multiple of 256. */
const MOST_ERRORS = 255;

/**
 * `fsck [fix] [delete_unknown]`: whether the UID table leads from names to UIDs and back. Errors that were repaired count, too: a second run
 * says that they are gone. Mirrors UidManager.fsck.
 * @returns the number of errors, 255 at most
 * @throws StorageError
 */
export async function fsck(context: UidToolContext, [, ...words]: readonly string[]): Promise<number> {
  const { log } = context;
  const fix = words.includes('fix');
  const removeUnknown = words.includes('delete_unknown');
  if (fix)
    for (const line of [RULE, '-    Running fsck in FIX mode    -', `-      Remove Unknowns: ${removeUnknown}     -`, RULE]) log.info(line);
  else log.info('Running in log only mode');
  const started = performance.now();
  const repairs = fix ? new UidRepairs(context) : null;
  const { kinds, cells } = await scanMappings(context, repairs, removeUnknown);
  for (const mappings of kinds) await new KindCheck(mappings, log, repairs).run();
  const errors = kinds.reduce((sum, mappings) => sum + mappings.errors, 0);
  const milliseconds = Math.max(1, Math.round(performance.now() - started));
  log.info(`${cells} KVs analyzed in ${milliseconds}ms (~${Math.floor((cells * 1000) / milliseconds)} KV/s)`);
  if (errors === 0) log.info('No errors found.');
  else log.warn(`${errors} errors found.`);
  return Math.min(errors, MOST_ERRORS);
}
