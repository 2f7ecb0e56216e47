/** One cell as it is put into a table, whatever the tools would make of it. */
export interface Cell {
  table: TableRole;
  row: Buffer;
  family: string;
  qualifier: Buffer;
  value: Buffer;
}

/** Which of the four tables: they have other names in every run. */
export type TableRole = 'data' | 'uid' | 'tree' | 'meta';

/** Where ours differs on purpose. `docs/deviations.md` has a row for each. */
export interface Difference {
  why: string;
  /** Absent: the original's. */
  code?: number;
  /** Absent: the original's. */
  stdout?: readonly string[];
  /** It prints how it is used, instead: how that begins. */
  help?: string;
  /** The suite that says what ours does; it is not compared here. */
  elsewhere?: string;
}

export interface RunStep {
  /** The command line behind `tsdb`, words apart by spaces, `'` around words with spaces; `$DIR` is where the files are. */
  run: string;
  stdin?: string;
  /** Further settings for this run alone. */
  settings?: Readonly<Record<string, string>>;
  /** Several threads write the lines: they come in any order, and how many threads there are is the host's. */
  threads?: boolean;
  ours?: Difference;
}

/** Cells to put, a table to empty, or a command to run. */
export type Step = RunStep | { cells: readonly Cell[] } | { clear: TableRole };

/** Commands that run one after the other on the same tables, empty in the beginning. */
export interface Scenario {
  name: string;
  settings?: Readonly<Record<string, string>>;
  /** Files by name; gzipped when the name ends in `.gz`. */
  files?: Readonly<Record<string, string>>;
  /** There are no tables. */
  withoutTables?: boolean;
  steps: readonly Step[];
}

export const run = (line: string, more: Omit<RunStep, 'run'> = {}): RunStep => ({ run: line, ...more });
export const runs = (...lines: string[]): RunStep[] => lines.map((line) => ({ run: line }));

/** A command that asks for help, of which the original has none. @param begins what it gets */
export const asksForHelp = (line: string, begins: string): RunStep => run(line, { ours: { why: 'there is help', code: 0, help: begins } });

/** Bytes from hexadecimal digits; spaces don't count. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const bytes = (what: string | Buffer): Buffer => (typeof what === 'string' ? Buffer.from(what, 'latin1') : what);

/** A cell of the data table. @param row,qualifier,value hexadecimal */
export function data(row: string, qualifier: string, value: string): Cell {
  return { table: 'data', row: hex(row), family: 't', qualifier: hex(qualifier), value: hex(value) };
}

/** A cell of the UID table: text, or bytes. */
export function uid(row: string | Buffer, family: 'id' | 'name', qualifier: string | Buffer, value: string | Buffer): Cell {
  return { table: 'uid', row: bytes(row), family, qualifier: bytes(qualifier), value: bytes(value) };
}

/** Both mappings of a name. @param id hexadecimal */
export function mapping(kind: string, name: string, id: string): Cell[] {
  return [uid(name, 'id', kind, hex(id)), uid(hex(id), 'name', kind, name)];
}

/** The counter of a kind. */
export function counter(kind: string, n: number): Cell {
  return uid(hex('00'), 'id', kind, hex(n.toString(16).padStart(16, '0')));
}

/** The words of a command line. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|([^' ]+(?:'[^']*')?)/g)].map(([, quoted, plain]) => quoted ?? plain.replace(/'([^']*)'$/, '$1'));
}
