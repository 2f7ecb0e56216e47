// Formats of labels: closed grammars, parsed once and printed by the program itself.
export { parseNumberFormat, plainNumberFormat, type NumberFormat } from './number-format';
export { parseTimeFormat, type TimeFormat } from './time-format';
