const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

/** A number in a few characters: `1.25k`, `0.004`, `17`. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e27 || size < 1e-6) return value.toExponential(2);
  if (size < 1000) return String(Number(value.toPrecision(4)));
  const step = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(size) / 3));
  const scaled = Number((value / 1000 ** step).toPrecision(4));
  return `${scaled}${PREFIXES[step]}`;
}

/** All that a number has, in groups of three. */
export const fullNumber = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString('en-US', { maximumFractionDigits: 12 }) : String(value);

/** `1.2 MB` in steps of 1024. */
export function bytesText(value: number): string {
  const step = value < 1 ? 0 : Math.min(4, Math.floor(Math.log2(value) / 10));
  const scaled = value / 1024 ** step;
  return `${scaled >= 100 || step === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`;
}
