// Charts: what one is (`description.ts`), and how it is drawn: a layout of shapes (`layout/`, with `axis/`, `format/`, `thin.ts`, `smooth.ts`), which is
// written as SVG (`svg/`) or painted (`raster/`), by a `Drawer` here or by the threads of a `DrawPool`.
export * from './description';
export { Drawer, type PictureFormat } from './drawer';
export { DrawPool, DrawQueueFullError, type DrawPoolSettings } from './draw-pool';
export { parseNumberFormat, parseTimeFormat } from './format';
export { thin, within, type Points } from './thin';
