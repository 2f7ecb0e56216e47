import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Annotation } from '../api/series';
import { alignedData, stackedData, type ChartData } from './chart-data';
import { chartOptions, isRight, type ChartInput } from './chart-options';
import { lookOf } from './chart-axes';
import { AnnotationMarks } from './annotation-marks';
import type { CursorStore } from './cursor-store';
import type { PlotBox } from './plot-box';
import { Tooltip } from './tooltip';

interface ChartProps extends ChartInput {
  annotations: readonly Annotation[];
  cursor: CursorStore;
  /** Changes when the page's colours do. */
  theme: string;
  /** Null: as wide as there is room, and as high as looks well. */
  size: { width: number; height: number } | null;
  /** A click tells a time instead of nothing. */
  placing: boolean;
  onZoom(from: number, to: number): void;
  onPlace(time: number): void;
  onAnnotation(annotation: Annotation): void;
}

/** The plot itself, with what is laid over it: marks of annotations and the values at the pointer. */
export function Chart(props: ChartProps) {
  const { graph, series, colours, zone, from, to, theme, size, cursor } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const events = useRef(props);
  events.current = props;
  const [box, setBox] = useState<PlotBox | null>(null);
  const width = useWidth(host);

  useEffect(() => {
    const element = host.current;
    if (element === null || width === 0) return;
    const made = new uPlot(
      chartOptions({ graph, series, colours, zone, from, to }, lookOf(element), sizeFor(width, size), {
        onZoom: (low, high) => events.current.onZoom(low, high),
        onCursor: (at) => cursor.set(at),
        onDraw: (u) => setBox((before) => sameBox(before, boxOf(u))),
      }),
      dataOf(props),
      element,
    );
    plot.current = made;
    return () => {
      cursor.set(null);
      plot.current = null;
      made.destroy();
    };
  }, [graph, series, colours, zone, from, to, theme, width, size?.width, size?.height]);

  return (
    <div
      class={`chart ${props.placing ? 'placing' : ''}`}
      tabIndex={0}
      role="group"
      aria-label="Graph. Arrow keys move along the points, with Shift the time range; plus and minus zoom"
      onKeyDown={(event) => onKey(event, plot.current, props.onZoom)}
      onBlur={() => cursor.set(null)}
      onClick={({ target, clientX }) => {
        const u = plot.current;
        if (props.placing && u !== null && target instanceof Element && target.closest('.u-over'))
          props.onPlace(u.posToVal(clientX - u.over.getBoundingClientRect().left, 'x'));
      }}
    >
      <div ref={host} class="plot" />
      {box && <AnnotationMarks annotations={props.annotations} box={box} zone={zone} onOpen={props.onAnnotation} />}
      {box && <Tooltip cursor={cursor} series={series} colours={colours} graph={graph} zone={zone} box={box} />}
    </div>
  );
}

function dataOf({ graph, series }: ChartInput): ChartData {
  if (graph.style === 'stacked') return stackedData(series, (one) => isRight(graph, one));
  return alignedData(series, (one) => (isRight(graph, one) ? graph.y2 : graph.y).log);
}

const sizeFor = (width: number, size: { width: number; height: number } | null): { width: number; height: number } =>
  size ?? { width, height: Math.round(Math.min(440, 170 + width * 0.33)) };

function boxOf(u: uPlot): PlotBox {
  const ratio = devicePixelRatio || 1;
  const { left, top, width, height } = u.bbox;
  return {
    left: left / ratio,
    top: top / ratio,
    width: width / ratio,
    height: height / ratio,
    from: u.scales.x.min ?? 0,
    to: u.scales.x.max ?? 1,
  };
}

const sameBox = (a: PlotBox | null, b: PlotBox): PlotBox =>
  a !== null && (['left', 'top', 'width', 'height', 'from', 'to'] as const).every((side) => a[side] === b[side]) ? a : b;

/** The width of an element, kept up to date; 0: not known yet. */
function useWidth(element: { readonly current: Element | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

function onKey(event: KeyboardEvent, u: uPlot | null, onZoom: (from: number, to: number) => void): void {
  const { min, max } = u?.scales.x ?? {};
  if (u === null || min === undefined || max === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const span = max - min;
  if (event.target instanceof Element && event.target.closest('button')) return;
  const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
  if (step !== 0 && event.shiftKey) onZoom(min + (step * span) / 4, max + (step * span) / 4);
  else if (step !== 0) moveCursor(u, step);
  else if (event.key === '+' || event.key === '=') onZoom(min + span / 4, max - span / 4);
  else if (event.key === '-') onZoom(min - span / 2, max + span / 2);
  else return;
  event.preventDefault();
}

/** To the next point, or to the first one in sight. */
function moveCursor(u: uPlot, step: number): void {
  const times = u.data[0];
  if (times.length === 0) return;
  const { idx } = u.cursor;
  const at = idx === null || idx === undefined ? (step > 0 ? 0 : times.length - 1) : Math.max(0, Math.min(times.length - 1, idx + step));
  u.setCursor({ left: u.valToPos(times[at], 'x'), top: u.over.clientHeight / 3 });
}
