import { InvalidLevelError, InvalidLoggerError } from '../../../util/logger';
import type { LogEvent } from '../../../util/log-ring';
import { LAST_EVENTS, LOG_LEVEL } from '../../../workers';
import type { Tsd } from '../../context';
import { sendLegacy } from '../legacy';
import type { HttpCall } from '../types';
import { ClientError } from '../../../util/errors';

function line(event: LogEvent): string {
  const words = [Math.floor(event.time / 1000), event.level, event.thread, event.logger, event.message];
  if (event.stack !== null) words.push(event.stack);
  return words.join('\t');
}

/** `/logs`: the last events, newest first; `level` (and `logger`) change what is logged from now on. Mirrors LogsRpc. */
export async function logs(call: HttpCall): Promise<void> {
  const level = call.param('level');
  if (call.hasParam('json')) sendLegacy(call, JSON.stringify((await lastEvents(call.tsd)).map(line)));
  else if (level !== null) sendLegacy(call, await changeLevel(call, level));
  else {
    const lines = (await lastEvents(call.tsd)).map((event) => `${line(event)}\n`);
    sendLegacy(call, lines.join(''));
  }
}

/** Those of all workers are with the primary, in the order in which they came there. */
async function lastEvents({ siblings, logs: system }: Tsd): Promise<readonly LogEvent[]> {
  if (siblings.count === 1) return system.ring.newestFirst();
  return [...(await siblings.askPrimary(LAST_EVENTS, null))].sort((one, other) => other.time - one.time);
}

async function changeLevel(call: HttpCall, level: string): Promise<string> {
  try {
    const logger = call.param('logger');
    const changed = call.tsd.logs.setLevel(level, logger);
    await call.tsd.siblings.ask(LOG_LEVEL, { level, logger });
    return `Set the log level to ${level.toUpperCase()} on ${changed} logger${changed > 1 ? 's' : ''}.\n`;
  } catch (error) {
    if (error instanceof InvalidLevelError || error instanceof InvalidLoggerError) throw new ClientError(400, error.message);
    throw error;
  }
}
