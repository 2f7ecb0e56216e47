import type { JavaNamed } from '../util/errors';

/** A place in a text: line and column from 1, as Jackson counts them. */
export interface JsonPlace {
  readonly line: number;
  readonly column: number;
}

/** Characters of the body that a message shows. */
const SHOWN = 500;
/** From this length on Jackson reads a text in pieces, and no longer shows it. */
export const LONG_TEXT = 0x8000;

/** Where a text stands, in the words of Jackson 2.9. */
export function showPlace(source: string, { line, column }: JsonPlace): string {
  if (source.length > LONG_TEXT) return `[Source: (StringReader); line: ${line}, column: ${column}]`;
  const cut = source.length > SHOWN ? `[truncated ${source.length - SHOWN} chars]` : '';
  return `[Source: (String)"${source.slice(0, SHOWN)}"${cut}; line: ${line}, column: ${column}]`;
}

const CORE = 'com.fasterxml.jackson.core';
const DATABIND = 'com.fasterxml.jackson.databind';

/** What is wrong with a body: the exceptions of Jackson by which clients and logs know them. */
const JSON_EXCEPTIONS = {
  syntax: `${CORE}.JsonParseException`,
  end: `${CORE}.io.JsonEOFException`,
  mapping: `${DATABIND}.JsonMappingException`,
  mismatch: `${DATABIND}.exc.MismatchedInputException`,
  format: `${DATABIND}.exc.InvalidFormatException`,
  definition: `${DATABIND}.exc.InvalidDefinitionException`,
  unrecognized: `${DATABIND}.exc.UnrecognizedPropertyException`,
} as const;

export type JsonFault = keyof typeof JSON_EXCEPTIONS;

/**
 * A body that is not JSON, or not of the shape wanted. On its way up every bean, list and map adds where it was found; `text` is the whole
 * message of the original, place and path included.
 */
export class JsonError extends Error implements JavaNamed {
  /** From the outermost: `java.util.ArrayList[1]`, `net.opentsdb.core.IncomingDataPoint["timestamp"]`. */
  private readonly path: string[] = [];
  /** Comes behind the message. */
  hint = '';

  constructor(
    private readonly source: string,
    private readonly fault: JsonFault,
    message: string,
    /** Null: what reads a value by itself does not know where. */
    private readonly place: JsonPlace | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'JsonError';
  }

  get javaClass(): string {
    return JSON_EXCEPTIONS[this.fault];
  }

  /** A syntax error has no path: Jackson makes a mapping error of it as soon as it gets one. */
  get isSyntax(): boolean {
    return this.fault === 'syntax' || this.fault === 'end';
  }

  get text(): string {
    const chain = this.path.length === 0 ? '' : ` (through reference chain: ${this.path.join('->')})`;
    const at = this.place === null ? '' : `\n at ${showPlace(this.source, this.place)}`;
    return `${this.message}${this.hint}${at}${chain}`;
  }

  /** The same error, found inside of something. @param place of the token that was read last, for an error without a path so far */
  within(step: string, place: JsonPlace): JsonError {
    const error = this.isSyntax ? new JsonError(this.source, 'mapping', this.text, place, { cause: this }) : this;
    error.path.unshift(step);
    return error;
  }
}
