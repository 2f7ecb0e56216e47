/** Sizes of texts and distances, in pixels. */
export const TEXT = { label: 11, title: 14, notice: 11 } as const;
export const GAP = 6;
export const TICK = 5;
/** From one line of small text to the next. */
export const LINE_HEIGHT = 15;
/** Between the line that letters stand on and the middle of small ones. */
export const HALF_LETTER = 4;

/** A colour between two: `part` of the second. */
export function mix(one: string, other: string, part: number): string {
  const channel = (at: number): string => {
    const [from, to] = [one, other].map((color) => parseInt(color.slice(at, at + 2), 16));
    return Math.round(from + (to - from) * part)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
