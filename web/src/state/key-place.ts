export type Column = 'left' | 'center' | 'right';
export type Row = 'top' | 'center' | 'bottom';

/** Where the key of a graph is: gnuplot's words of the `key` and `nokey` parameters. */
export interface KeyPlace {
  readonly shown: boolean;
  /** Beside the plot, not over it. */
  readonly outside: boolean;
  readonly column: Column;
  readonly row: Row;
  readonly horizontal: boolean;
  readonly box: boolean;
}

/** Below the plot: room for names, figures and many series. Gnuplot's own default is `right top box`. */
export const DEFAULT_KEY: KeyPlace = { shown: true, outside: true, column: 'center', row: 'bottom', horizontal: false, box: false };

/** The 17 places that the original's page offers: nine over the plot, and eight around it. */
export const KEY_PLACES: readonly Pick<KeyPlace, 'outside' | 'column' | 'row'>[] = (['top', 'center', 'bottom'] as const).flatMap((row) =>
  (['left', 'center', 'right'] as const).flatMap((column) => [
    { outside: false, column, row },
    ...(row === 'center' && column === 'center' ? [] : [{ outside: true, column, row }]),
  ]),
);

/** @param key the parameter's value, such as `out right top horiz box`; words may come in any order */
export function parseKey(key: string | null, nokey: boolean): KeyPlace {
  if (key === null) return { ...DEFAULT_KEY, shown: !nokey };
  const words = new Set(key.trim().split(/\s+/));
  const has = (...names: string[]): boolean => names.some((name) => words.has(name));
  const column: Column = has('left', 'lmargin') ? 'left' : has('right', 'rmargin') ? 'right' : 'center';
  const row: Row = has('top', 'tmargin', 'above', 'over') ? 'top' : has('bottom', 'bmargin', 'below', 'under') ? 'bottom' : 'center';
  return {
    shown: !nokey,
    outside: has('out', 'outside', 'lmargin', 'rmargin', 'tmargin', 'bmargin', 'above', 'over', 'below', 'under'),
    column,
    row,
    horizontal: has('horiz', 'horizontal'),
    box: has('box'),
  };
}

/** The words for a `key` parameter. */
export function keyText({ outside, column, row, horizontal, box }: KeyPlace): string {
  const place = row === 'center' && column === 'center' ? 'center' : [column, row].filter((word) => word !== 'center').join(' ');
  return [outside ? 'out' : '', place, horizontal ? 'horiz' : '', box ? 'box' : ''].filter((word) => word !== '').join(' ');
}

export const sameKey = (a: KeyPlace, b: KeyPlace): boolean => a.shown === b.shown && keyText(a) === keyText(b);
