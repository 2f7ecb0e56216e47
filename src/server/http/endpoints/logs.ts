import { InvalidLevelError, InvalidLoggerError } from '../../../util/logger';
import type { LogEvent } from '../../../util/log-ring';
import { sendLegacy } from '../legacy';
import type { HttpCall } from '../types';
import { ClientError } from '../../../util/errors';

function line(event: LogEvent): string {
  const words = [Math.floor(event.time / 1000), event.level, event.thread, event.logger, event.message];
  if (event.stack !== null) words.push(event.stack);
  return words.join('\t');
}

/** `/logs`: the last events, newest first; `level` (and `logger`) change what is logged from now on. Mirrors LogsRpc. */
export function logs(call: HttpCall): void {
  const { logs: system } = call.tsd;
  const level = call.param('level');
  if (call.hasParam('json')) sendLegacy(call, JSON.stringify(system.ring.newestFirst().map(line)));
  else if (level !== null) sendLegacy(call, changeLevel(call, level));
  else {
    const lines = system.ring.newestFirst().map((event) => `${line(event)}\n`);
    sendLegacy(call, lines.join(''));
  }
}

function changeLevel(call: HttpCall, level: string): string {
  try {
    const changed = call.tsd.logs.setLevel(level, call.param('logger'));
    return `Set the log level to ${level.toUpperCase()} on ${changed} logger${changed > 1 ? 's' : ''}.\n`;
  } catch (error) {
    if (error instanceof InvalidLevelError || error instanceof InvalidLoggerError) throw new ClientError(400, error.message);
    throw error;
  }
}
