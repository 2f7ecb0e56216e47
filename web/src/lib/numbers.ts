const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SMALL = ['', 'm', 'µ', 'n', 'p', 'f'];

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

const SPECIFIER = /%([-+ 0#]*)([0-9]*)(?:\.([0-9]+))?([a-zA-Z%])/g;

/**
 * Prints a number by gnuplot's form: `%d`, `%.2f`, `%e`, `%g`, `%x`, `%s` with `%c` (the number in thousands, and their letter), `%b` with
 * `%B` (in steps of 1024), `%%`. What else stands in the form stays as it is.
 */
export function gnuplotNumber(form: string, value: number): string {
  const binary = /%[-+ 0#.0-9]*[bB]/.test(form);
  const base = binary ? 1024 : 1000;
  const size = Math.abs(value);
  let power = size === 0 || !Number.isFinite(size) ? 0 : Math.floor(Math.log(size) / Math.log(base) + 1e-12);
  power = Math.max(1 - SMALL.length, Math.min(PREFIXES.length - 1, power));
  const letter = power < 0 ? SMALL[-power] : PREFIXES[power];
  return form.replace(SPECIFIER, (_all, flags: string, width: string, digits: string | undefined, kind: string) => {
    const places = digits === undefined ? 6 : Number(digits);
    const text = ((): string => {
      switch (kind) {
        case '%':
          return '%';
        case 'c':
          return letter;
        case 'B':
          return power > 0 ? `${letter}i` : '';
        case 's':
        case 'b':
          return digits === undefined ? String(Number((value / base ** power).toPrecision(6))) : (value / base ** power).toFixed(places);
        case 'd':
        case 'i':
          return String(Math.trunc(value));
        case 'f':
        case 'F':
          return value.toFixed(Math.min(20, places));
        case 'e':
        case 'E':
          return value.toExponential(Math.min(20, places));
        case 'x':
          return Math.trunc(value).toString(16);
        case 'X':
          return Math.trunc(value).toString(16).toUpperCase();
        case 'o':
          return Math.trunc(value).toString(8);
        default: // g, h and the like
          return String(Number(value.toPrecision(Math.max(1, Math.min(21, places)))));
      }
    })();
    const signed = flags.includes('+') && value >= 0 && !'%cB'.includes(kind) ? `+${text}` : text;
    if (flags.includes('-')) return signed.padEnd(Number(width));
    return signed.padStart(Number(width), flags.includes('0') ? '0' : ' ');
  });
}
