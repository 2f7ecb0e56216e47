import { SERIES_COLORS } from '../../../src/chart/description';

/** The colour of a line by its place: that of a picture of `/q`. Beyond those the hues are spread so that neighbours differ most. */
export function lineColour(index: number): string {
  if (index < SERIES_COLORS.length) return SERIES_COLORS[index];
  return `hsl(${Math.round((index * 137.508) % 360)} 55% 48%)`;
}

/** The same colour for areas, through which the grid and other areas show. */
export const translucent = (colour: string): string => (colour.startsWith('hsl(') ? colour.replace(')', ' / 0.25)') : `${colour}40`);
