/** Told apart by people who see colours differently, on white and on black; the first ones most easily. */
const LINES = ['#2f6fde', '#d9532c', '#1f9d6b', '#9a4fd0', '#c28a00', '#0e97b5', '#d0458b', '#6b7a1f', '#7a5c46', '#5b6fa8'];

/** The colour of a line by its place. Beyond the chosen ones the hues are spread so that neighbours differ most. */
export function lineColour(index: number): string {
  if (index < LINES.length) return LINES[index];
  return `hsl(${Math.round((index * 137.508) % 360)} 55% 48%)`;
}

/** The same colour for areas, through which the grid and other areas show. */
export const translucent = (colour: string): string => (colour.startsWith('hsl(') ? colour.replace(')', ' / 0.25)') : `${colour}40`);
