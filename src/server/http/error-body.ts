import { ClientError } from '../../util/errors';

const NAMED: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes the characters that the original's error formatter escapes, and the one control character it forgets (0x1F). */
const escapeErrorText = (text: string): string =>
  text.replace(/["\\\u0000-\u001f]/g, (c) => NAMED[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The API's error object; keys in the original's order, empty ones left out. Mirrors HttpSerializer.formatErrorV1. */
export function errorJson(status: number, message: string, details: string | null = null, trace: string | null = null): string {
  let json = `{"error":{"code":${status},"message":"${escapeErrorText(message)}"`;
  if (details) json += `,"details":"${escapeErrorText(details)}"`;
  if (trace) json += `,"trace":"${escapeErrorText(trace)}"`;
  return `${json}}}`;
}

/** The legacy form of an error under the `json` parameter. */
export const legacyErrorJson = (message: string): string => `{"err":"${escapeErrorText(message)}"}`;

/** Errors of the language and the system, whose text is about this program and not about the request. */
const isOwnFault = (e: Error): boolean =>
  e instanceof TypeError || e instanceof ReferenceError || e instanceof RangeError || e instanceof SyntaxError || 'syscall' in e;

/** What a client is told of an error that no handler meant for it. Mirrors HttpQuery.internalError. */
export function internalMessage(error: unknown): string {
  if (!(error instanceof Error) || isOwnFault(error) || error.message === '') return 'An unknown exception occurred';
  return error.message;
}

/** Characters of a text that an answer echoes: what a client sent may be megabytes long. */
const ECHOED = 64 * 1024;

const beginning = (text: string): string => (text.length <= ECHOED ? text : `${text.slice(0, ECHOED)}...`);

/** How an error is to be answered in the API form. */
export function describeError(error: unknown): { status: number; message: string; details: string | null } {
  if (error instanceof ClientError) {
    const { status, message, details } = error;
    return { status, message: beginning(message), details: details && beginning(details) };
  }
  return { status: 500, message: internalMessage(error), details: null };
}
