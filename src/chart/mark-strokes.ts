import type { Mark } from './scene';

type Stroke = readonly [x0: number, y0: number, x1: number, y1: number];

const CIRCLE_PIECES = 12;

/** How wide they are drawn, in pixels. */
export const strokeWidth = (mark: Mark): number => (mark === 'dot' ? 1.8 : 1.1);

/** The lines that a mark is made of, around its middle. */
export function markStrokes(mark: Mark, radius: number): readonly Stroke[] {
  const r = radius;
  switch (mark) {
    case 'dot':
      return [[0, 0, 0, 0]];
    case 'plus':
      return [
        [-r, 0, r, 0],
        [0, -r, 0, r],
      ];
    case 'cross':
      return [
        [-r, -r, r, r],
        [-r, r, r, -r],
      ];
    case 'square':
      return ring([-r, -r], [r, -r], [r, r], [-r, r]);
    case 'triangle':
      return ring([0, -r], [r, r], [-r, r]);
    case 'diamond':
      return ring([0, -r], [r, 0], [0, r], [-r, 0]);
    case 'circle':
      return ring(
        ...Array.from({ length: CIRCLE_PIECES }, (_none, i): [number, number] => {
          const angle = (2 * Math.PI * i) / CIRCLE_PIECES;
          return [r * Math.cos(angle), r * Math.sin(angle)];
        }),
      );
  }
}

const ring = (...corners: (readonly [number, number])[]): Stroke[] =>
  corners.map(([x, y], i) => [x, y, ...corners[(i + 1) % corners.length]]);
