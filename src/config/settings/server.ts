import { PACKAGED_STATIC_ROOT } from '../packaged-files';
import type { Config } from '../types';
import { intOf, optionalInt, optionalText, textOf } from './read';
import { readTimeZone } from './time-zone';

/** What the configuration says about the port and the sockets of clients. */
export interface NetworkSettings {
  readonly port: number;
  /** Empty: every address. */
  readonly bind: string;
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
  readonly keepAlive: boolean;
  readonly noDelay: boolean;
  /** Most client sockets; 0: no limit. */
  readonly connectionsLimit: number;
  /** A socket without a read or write for so long is closed; 0: never. */
  readonly idleMs: number;
  /** At the end, what clients had sent and the answers to it have so long. */
  readonly drainMs: number;
}

/** Processes that work behind the port; null: as many as are of use. @throws NumberFormatError */
export function readWorkers(config: Config): number | null {
  return optionalInt(config, 'tsd.network.worker_threads');
}

/**
 * `tsd.network.*` and its neighbours. `reuse_address` and `async_io` have nothing to set here: the system's listener always reuses addresses,
 * and input and output are always asynchronous.
 * @throws NumberFormatError
 */
function readNetworkSettings(config: Config): NetworkSettings {
  return {
    port: config.getInt('tsd.network.port'),
    bind: config.getString('tsd.network.bind') ?? '',
    backlog: config.has('tsd.network.backlog') ? config.getInt('tsd.network.backlog') : DEFAULT_BACKLOG,
    keepAlive: config.getBoolean('tsd.network.keep_alive'),
    noDelay: config.getBoolean('tsd.network.tcp_no_delay'),
    connectionsLimit: config.getInt('tsd.core.connections.limit'),
    idleMs: config.getInt('tsd.core.socket.timeout') * 1000,
    drainMs: intOf(config, 'tsd.network.drain_timeout'),
  };
}

/** Which request bodies are taken. */
export interface BodySettings {
  /** Largest body after decoding, in bytes. */
  readonly maxBody: number;
  /** `tsd.http.request.enable_chunked` was set to false by the operator: chunked and large bodies are refused. */
  readonly refuseChunked: boolean;
  /** `tsd.http.request.max_chunk` when the operator has set it: cap of a chunked or large body as sent, else null. */
  readonly maxChunk: number | null;
  /** `maxBody` of requests that bring no points. */
  readonly maxOtherBody: number;
  readonly maxPoints: number;
  readonly json: { readonly depth: number; readonly values: number; readonly elements: number };
  /** Names to assign. */
  readonly maxNames: number;
  readonly maxAnnotations: number;
}

/** How deep objects and arrays of a body may be nested. */
const MAX_DEPTH = 1000;

/** The memory of all requests together. */
export interface MemorySettings {
  /** 0: no limit. */
  readonly bytes: number;
  /** How long a large request waits for it. */
  readonly waitMs: number;
}

/** @throws NumberFormatError */
function readBodySettings(config: Config): BodySettings {
  const chunked = 'tsd.http.request.enable_chunked';
  const maxChunk = 'tsd.http.request.max_chunk';
  return {
    maxBody: config.getInt('tsd.http.request.max_body'),
    refuseChunked: config.isSet(chunked) && !config.getBoolean(chunked),
    maxChunk: config.isSet(maxChunk) && config.has(maxChunk) ? config.getInt(maxChunk) : null,
    maxOtherBody: config.getInt('tsd.http.request.max_other_body'),
    maxPoints: config.getInt('tsd.http.request.max_points'),
    json: {
      depth: MAX_DEPTH,
      values: config.getInt('tsd.http.request.max_values'),
      elements: config.getInt('tsd.http.request.max_elements'),
    },
    maxNames: config.getInt('tsd.http.request.max_names'),
    maxAnnotations: config.getInt('tsd.http.request.max_annotations'),
  };
}

/**
 * Connections that may wait to be accepted; the system may allow fewer. As the original: with the 511 of Node a thousand agents that come back
 * at once believe to be connected, and half of them are not for a second.
 */
const DEFAULT_BACKLOG = 3072;

/** What the configuration says about answering clients. */
export interface ServerSettings {
  readonly network: NetworkSettings;
  readonly body: BodySettings;
  readonly memory: MemorySettings;
  /** An answer in parts of which the client takes nothing for so long is cut. */
  readonly stallMs: number;
  /** Lists as they stand in the file; not yet checked. */
  readonly cors: { readonly domains: string; readonly headers: string };
  /** `tsd.mode` as it was written, for the log. */
  readonly modeText: string;
  readonly enableUi: boolean;
  readonly enableApi: boolean;
  /** Clients may stop the daemon. */
  readonly dieDieDie: boolean;
  /** Directory of the files under /s/. */
  readonly staticRoot: string;
  /** Directory of the files that come with the program, the page among them. */
  readonly packagedRoot: string;
  readonly showStackTrace: boolean;
  /** The header that has to be a tag; null: none. */
  readonly headerTag: string | null;
  /** Queries that delete what they read are allowed. */
  readonly allowQueryDelete: boolean;
  /** Telnet clients are told of points that storage refused. */
  readonly tellTelnetOfErrors: boolean;
  /** Statistics are tagged with `fqdn`, in place of `host`. */
  readonly canonicalHost: boolean;
  /** What statistics are tagged with as `port`; null: nothing. */
  readonly statsPort: string | null;
  /** Statistics list those of compaction: it is on. */
  readonly statsOfCompaction: boolean;
  /** Zone of dates without one; null: the system's. */
  readonly timeZone: string | null;
}

/** @throws NumberFormatError */
export function readServerSettings(config: Config): ServerSettings {
  return {
    network: readNetworkSettings(config),
    body: readBodySettings(config),
    stallMs: config.getInt('tsd.http.stall_timeout'),
    memory: { bytes: config.getInt('tsd.http.memory.bytes'), waitMs: config.getInt('tsd.http.memory.wait') },
    cors: {
      domains: config.getString('tsd.http.request.cors_domains') ?? '',
      headers: (config.getString('tsd.http.request.cors_headers') ?? '').trim(),
    },
    modeText: config.getString('tsd.mode') ?? '',
    enableUi: config.getString('tsd.core.enable_ui') === 'true',
    enableApi: config.getString('tsd.core.enable_api') === 'true',
    dieDieDie: config.getString('tsd.no_diediedie') === 'false',
    staticRoot: textOf(config, 'tsd.http.staticroot'),
    packagedRoot: PACKAGED_STATIC_ROOT,
    showStackTrace: config.getBoolean('tsd.http.show_stack_trace'),
    headerTag: optionalText(config, 'tsd.http.header_tag'),
    allowQueryDelete: config.getBoolean('tsd.http.query.allow_delete'),
    tellTelnetOfErrors: config.getBoolean('tsd.rpc.telnet.return_errors'),
    canonicalHost: config.getBoolean('tsd.stats.canonical'),
    statsPort: config.getBoolean('tsd.core.stats_with_port') ? (config.getString('tsd.network.port') ?? '') : null,
    statsOfCompaction: config.getBoolean('tsd.storage.enable_compaction'),
    timeZone: readTimeZone(config),
  };
}
