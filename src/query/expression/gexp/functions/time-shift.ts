import { ClientError } from '../../../../util/errors';
import type { GexpFunction } from '../series';

/**
 * `timeShift(series, '10min')` and `shift(...)`: no text is ever accepted, since the original keeps the closing quote in the unit.
 * Mirrors TimeShift.
 */
export const timeShift: GexpFunction = ([text]) => {
  if (text === undefined) throw new ClientError(400, 'Need amount of timeshift to perform timeshift');
  if (!(text.startsWith("'") && text.endsWith("'"))) throw new ClientError(400, "Invalid timeshift parameter: eg '10min'");
  const [, digits, unit] = /^'([0-9]*)(.*)$/s.exec(text) ?? ['', '', ''];
  if (digits === '') throw new ClientError(400, `Invalid Parameter: ${text}`);
  throw new ClientError(400, `unknown time unit=${unit}`);
};
