import { Writable } from 'node:stream';
import { format, createLogger, transports, type Logger } from 'winston';
import { FileOutput, standardOutput, type LogOutput } from './log-outputs';
import { LogRing, type LogEvent } from './log-ring';

/** Names of the original's levels, most severe first, and winston's for them. */
const LEVELS: readonly (readonly [name: string, winston: string])[] = [
  ['ERROR', 'error'],
  ['WARN', 'warn'],
  ['INFO', 'info'],
  ['DEBUG', 'debug'],
  ['TRACE', 'silly'],
];
const OFF = -1;
const DEBUG = 3;
const rankOf = new Map(LEVELS.map(([name], rank) => [name, rank]));
const rankOfWinston = new Map(LEVELS.map(([, winston], rank) => [winston, rank]));

const ROOT_LOGGER = 'ROOT';
/** Events kept for `/logs`, as in the shipped logback.xml. */
const RING_EVENTS = 1024;

export interface LogOptions {
  /** Level of the root logger: OFF ERROR WARN INFO DEBUG TRACE ALL, any case. Default INFO. */
  level?: string;
  /** Levels of single loggers, and of all below them: `org.hbase.async` is above `org.hbase.async.RegionClient`. */
  levels?: ReadonlyMap<string, string>;
  /** Lines to stdout. Default true. */
  console?: boolean;
  /** Lines to this file too, kept in `files` files of at most `fileBytes`. */
  file?: string;
  fileBytes?: number;
  files?: number;
  /** Instead of standard output and file. */
  outputs?: readonly LogOutput[];
  /** What lines call this process's thread. Default `main`. */
  thread?: string;
  /** Takes every event, instead of outputs and the last events here. */
  relay?: (event: LogEvent) => void;
}

const EVENT = Symbol('event');

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

/** `yyyy-MM-dd HH:mm:ss,SSS` in the process's zone: what logback calls ISO8601. */
function logTime(ms: number): string {
  const d = new Date(ms);
  const millis = String(d.getMilliseconds()).padStart(3, '0');
  const day = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return `${day} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())},${millis}`;
}

function text(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : String(value);
}

/** Characters of a message that are logged: a client may have sent megabytes, and the last events stay in memory. */
const MOST_LOGGED = 8 * 1024;

const beginning = (message: string): string =>
  message.length <= MOST_LOGGED ? message : `${message.slice(0, MOST_LOGGED)}... (${message.length} characters)`;

/** Line breaks and other control characters of a client must not make log lines of their own. */
const oneLine = (message: string): string => message.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, (c) => (c === '\n' ? '\\n' : '?'));

function toEvent(info: Record<string | symbol, unknown>, thread: string): LogEvent {
  const level = LEVELS[rankOfWinston.get(info.level as string) ?? 2][0];
  const error = info.error instanceof Error ? info.error : info.message instanceof Error ? info.message : null;
  return {
    time: Date.now(),
    level,
    thread,
    logger: typeof info.logger === 'string' ? info.logger : ROOT_LOGGER,
    message: oneLine(beginning(text(info.message))),
    stack: error?.stack === undefined ? null : beginning(error.stack),
  };
}

/** The original's console line: `2026-11-22 10:58:28,179 INFO  [main] TextImporter: reading from file:d.txt`. */
export function logLine(event: LogEvent): string {
  const simpleName = event.logger.slice(event.logger.lastIndexOf('.') + 1);
  const line = `${logTime(event.time)} ${event.level.padEnd(5)} [${event.thread}] ${simpleName}: ${event.message}`;
  return event.stack === null ? line : `${line}\n${event.stack}`;
}

function outputsOf({ console, file, fileBytes = 128 << 20, files }: LogOptions): LogOutput[] {
  const outputs: LogOutput[] = [];
  if (console !== false) outputs.push(standardOutput());
  if (file) outputs.push(new FileOutput(file, { maxBytes: fileBytes, files }));
  return outputs;
}

/** What winston writes to: it takes every line at once, so that nothing waits in winston. */
function toAll(outputs: readonly LogOutput[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      for (const output of outputs) output.write(line);
      done();
    },
  });
}

interface NamedLogger {
  readonly logger: Logger;
  /** The level that holds for it now: a position in LEVELS, or OFF. */
  rank: number;
}

/** Thrown for a level nobody knows; the message is the original's. */
export class InvalidLevelError extends Error {}
/** Thrown for a logger nobody has asked for; the message is the original's. */
export class InvalidLoggerError extends Error {}

/**
 * Named loggers with levels of their own over one set of outputs, in logback's manner. Loggers are winston's; names are the
 * original's class names (`net.opentsdb.tsd.HttpQuery`), so that what an operator silenced there is silenced here.
 */
export class LogSystem {
  readonly ring = new LogRing(RING_EVENTS);
  readonly root: Logger;
  private readonly loggers = new Map<string, NamedLogger>();
  /** Levels that were set, by name; they hold for the loggers below, too. */
  private readonly ranks = new Map<string, number>();
  private rootRank: number;
  private readonly outputs: readonly LogOutput[];

  constructor(options: LogOptions = {}) {
    this.rootRank = rank(options.level ?? 'INFO');
    for (const [name, level] of options.levels ?? []) this.ranks.set(name, rank(level));
    const { relay, thread = 'main' } = options;
    this.outputs = options.outputs ?? (relay === undefined ? outputsOf(options) : []);
    const admit = format((info) => {
      if (!this.enabled(info.logger as string | undefined, info.level)) return false;
      const event = toEvent(info, thread);
      if (relay !== undefined) {
        relay(event);
        return false;
      }
      this.ring.add(event);
      info[EVENT] = event;
      return info;
    });
    const line = format.printf((info) => logLine(info[EVENT] as LogEvent));
    const transport = new transports.Stream({ stream: toAll(this.outputs), eol: '', format: line });
    this.root = createLogger({ level: 'info', format: admit(), transports: [transport] });
    this.followMostVerbose();
  }

  /** The logger of a class of the original, made on first use. */
  get(name: string): Logger {
    const known = this.loggers.get(name);
    if (known !== undefined) return known.logger;
    const named: NamedLogger = { logger: this.root.child({ logger: name }), rank: this.rankFor(name) };
    // winston's own answers for the most verbose of all loggers
    named.logger.isDebugEnabled = () => named.rank >= DEBUG;
    this.loggers.set(name, named);
    return named.logger;
  }

  /** Whether an event of this logger (winston's level name) would be written: guards costly messages. */
  enabled(name: string | undefined, level: string): boolean {
    const limit = name === undefined ? this.rootRank : (this.loggers.get(name)?.rank ?? this.rankFor(name));
    return (rankOfWinston.get(level) ?? 0) <= limit;
  }

  /**
   * Sets the level of one logger, which those below it have then, too, or of all of them when none (or the root) is named.
   * @param known whoever names the logger knows that there is one
   * @returns how many loggers that are
   * @throws InvalidLevelError, InvalidLoggerError. Mirrors LogsRpc.
   */
  setLevel(level: string, name: string | null = null, known = false): number {
    const wanted = rank(level);
    let changed = 1;
    if (name === null || name === ROOT_LOGGER) {
      this.rootRank = wanted;
      this.ranks.clear();
      changed = this.loggers.size + 1;
    } else if (known || this.knows(name)) this.ranks.set(name, wanted);
    else throw new InvalidLoggerError(`Invalid logger: ${name}`);
    for (const [each, named] of this.loggers) named.rank = this.rankFor(each);
    this.followMostVerbose();
    return changed;
  }

  /** The levels that hold now, for another process that is to have the same. */
  get levels(): { level: string; levels: (readonly [name: string, level: string])[] } {
    return { level: nameOfRank(this.rootRank), levels: [...this.ranks].map(([name, each]) => [name, nameOfRank(each)] as const) };
  }

  /** Writes what another process has logged. */
  take(event: LogEvent): void {
    this.ring.add(event);
    const line = logLine(event);
    for (const output of this.outputs) output.write(line);
  }

  /** Everything logged is written, as far as it can be, when it resolves. */
  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.root.once('finish', resolve);
      this.root.end();
    });
    await Promise.all(this.outputs.map((output) => output.close()));
  }

  /** Somebody logs under this name, or below it, or a level was set for it. */
  private knows(name: string): boolean {
    if (this.loggers.has(name) || this.ranks.has(name)) return true;
    for (const each of this.loggers.keys()) if (each.startsWith(`${name}.`)) return true;
    return false;
  }

  /** The level that was set for the name, or for the nearest one above it. */
  private rankFor(name: string): number {
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const set = this.ranks.get(name.slice(0, end));
      if (set !== undefined) return set;
    }
    return this.rootRank;
  }

  private followMostVerbose(): void {
    const most = Math.max(this.rootRank, ...this.ranks.values());
    this.root.silent = most === OFF;
    this.root.level = LEVELS[Math.max(most, 0)][1];
  }
}

const nameOfRank = (of: number): string => (of === OFF ? 'OFF' : LEVELS[of][0]);

function rank(level: string): number {
  const name = level.toUpperCase();
  if (name === 'OFF') return OFF;
  if (name === 'ALL') return LEVELS.length - 1;
  const found = rankOf.get(name);
  if (found === undefined) throw new InvalidLevelError(`Invalid level: ${level}`);
  return found;
}
