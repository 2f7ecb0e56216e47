import { IllegalArgumentError } from '../util/errors';
import { maskSetting } from '../util/secrets';
import { COMBINATIONS } from './combinations';
import { KEYS, type ConfigKey } from './keys';
import { LOG_LEVELS } from './patterns';
import type { Config } from './types';

const INT_MAX = 0x7fff_ffff;
const TRUE = ['TRUE', '1', 'YES'];
/** Words that plainly mean false; the original reads every word that does not mean true as false. */
const FALSE = ['FALSE', '0', 'NO', ''];
const LEVEL_OF_LOGGER = 'tsd.log.level.';
const SHOWN_CHARACTERS = 100;

/** A value that makes a start impossible. The message is one line: the key, its value, what is wrong with it. */
export class ConfigValueError extends IllegalArgumentError {
  /** @param problem its first line is shown */
  constructor(key: string, value: string | null, problem: string, options?: ErrorOptions) {
    super(`${described(key, value)}: ${problem.split('\n', 1)[0]}`, options);
    this.name = 'ConfigValueError';
  }
}

function described(key: string, value: string | null): string {
  if (value === null) return key;
  const shown = maskSetting(key, value).replace(/[\u0000-\u001f\u007f]/g, '?');
  return `${key} = ${shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}...` : shown}`;
}

/** `KEY = VALUE`, as it may be shown; without a value `KEY`. */
export const describeSetting = (config: Config, key: string): string => described(key, config.getString(key) || null);

/**
 * Checks every value against the table of keys. Invalid numbers with which the original starts nevertheless are
 * replaced in the configuration.
 *
 * @returns a line for each value that the original starts with and that is not used as it stands
 * @throws ConfigValueError for the first value or combination that nothing can start with
 */
export function checkConfig(config: Config): string[] {
  const warnings: string[] = [];
  for (const key of KEYS.values()) {
    const value = config.isSet(key.name) ? config.getString(key.name) : null;
    if (value === null) continue;
    const warning = key.type === 'int' ? checkNumber(config, key, value) : checkText(key, value);
    if (warning !== null) warnings.push(`${described(key.name, value)}: ${warning}`);
  }
  for (const [key, value] of config.entries()) {
    if (key.startsWith(LEVEL_OF_LOGGER) && value.trim() !== '') oneOf(key, value.trim(), LOG_LEVELS);
  }
  for (const combination of COMBINATIONS) {
    const found = combination(config);
    if (found !== null) throw new ConfigValueError(found.key, config.getString(found.key), found.problem);
  }
  return warnings;
}

/** The words for what a number may be. */
export function rangeOf({ min, max = INT_MAX, unit }: ConfigKey): string {
  const of = unit === undefined ? '' : ` ${unit}`;
  if (min === undefined) return `any number${of}`;
  return max >= INT_MAX ? `${min}${of} or more` : `${min} to ${max}${of}`;
}

function checkNumber(config: Config, key: ConfigKey, value: string): string | null {
  const { name, min = -Infinity, max = INT_MAX, tolerated } = key;
  // An empty value means what an absent one does.
  if (value.trim() === '') return use(config, key, key.default ?? '', null);
  let number: number | null = null;
  try {
    number = config.getInt(name);
  } catch {
    // reported below
  }
  if (number !== null && number >= min && number <= max) return null;
  const idle = key.onlyWith !== undefined && !config.getBoolean(key.onlyWith);
  const problem = `${number === null ? 'not a whole number' : 'out of range'}, it can be ${rangeOf(key)}`;
  if (!idle && (number === null ? tolerated !== 'any' : tolerated === undefined)) throw new ConfigValueError(name, value, problem);
  const used = number !== null && number > max ? String(max) : (key.default ?? '');
  return use(config, key, used, `${problem}; ${used === '' ? 'it is left out' : `${used} is used`}`);
}

function use(config: Config, key: ConfigKey, value: string, warning: string | null): string | null {
  config.set(key.name, value);
  return warning;
}

function checkText({ name, type, choices, exact = false, otherwise, pattern }: ConfigKey, value: string): string | null {
  if (type === 'boolean') {
    const text = value.trim().toUpperCase();
    return TRUE.includes(text) || FALSE.includes(text) ? null : 'neither true, 1, yes nor false, 0, no; false is used';
  }
  if (choices !== undefined && otherwise !== undefined) {
    if (choices.includes(exact ? value : value.toLowerCase())) return null;
    return `none of ${choices.join(', ')}${exact ? ', in small letters and without blanks' : ''}; ${otherwise} is used`;
  }
  if (value.trim() === '') return null;
  if (choices !== undefined) oneOf(name, value.trim(), choices);
  if (pattern !== undefined && !pattern.matches(value)) throw new ConfigValueError(name, value, `not ${pattern.words}`);
  return null;
}

/** @throws ConfigValueError */
function oneOf(key: string, value: string, choices: readonly string[]): void {
  const known = choices.some((choice) => choice.toLowerCase() === value.toLowerCase());
  if (!known) throw new ConfigValueError(key, value, `none of ${choices.join(', ')}`);
}
