import type { RunStats, SeriesStats, SubQueryStats, ScanStats } from '../../../query';
import { javaJsonString } from '../../../schema';
import { javaDoubleToString } from '../../../util/java-double';

type Figures = Record<string, string>;

const ms = (value: number): string => javaDoubleToString(Math.round(value * 1e6) / 1e6);

function sortedObject(figures: Figures): string {
  return `{${Object.keys(figures)
    .sort()
    .map((key) => `${javaJsonString(key)}:${figures[key]}`)
    .join(',')}}`;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** `avgX` and `maxX` of a time that was measured several times. */
function averages<T>(figures: Figures, name: string, items: readonly T[], of: (item: T) => number): void {
  if (items.length === 0) return;
  figures[`avg${name}`] = ms(sum(items, of) / items.length);
  figures[`max${name}`] = ms(Math.max(...items.map(of)));
}

function scanFigures(scan: ScanStats): Figures {
  const { table, start, stop } = scan.scanner;
  return {
    compactionTime: ms(scan.decodeMs),
    columnsFromStorage: String(scan.columns),
    bytesFromStorage: String(scan.bytes),
    dpsPostFilter: String(scan.dpsPostFilter),
    dpsPreFilter: String(scan.dpsPreFilter),
    hbaseTime: ms(scan.storageMs),
    rowsPostFilter: String(scan.rowsPostFilter),
    rowsPreFilter: String(scan.rowsPreFilter),
    scannerId: javaJsonString(`${table} ${start.toString('hex')}-${stop.toString('hex')}`),
    scannerTime: ms(scan.totalMs),
    scannerUidToStringTime: ms(scan.namesMs),
    successfulScan: scan.successful ? '1' : '0',
    uidPairsResolved: String(scan.uidPairsResolved),
  };
}

function scanTotals(figures: Figures, scans: readonly ScanStats[]): void {
  averages(figures, 'HBaseTime', scans, (s) => s.storageMs);
  averages(figures, 'ScannerTime', scans, (s) => s.totalMs);
  averages(figures, 'ScannerUidToStringTime', scans, (s) => s.namesMs);
  averages(figures, 'CompactionTime', scans, (s) => s.decodeMs);
  figures.dpsPreFilter = String(sum(scans, (s) => s.dpsPreFilter));
  figures.dpsPostFilter = String(sum(scans, (s) => s.dpsPostFilter));
  figures.rowsPreFilter = String(sum(scans, (s) => s.rowsPreFilter));
  figures.rowsPostFilter = String(sum(scans, (s) => s.rowsPostFilter));
  figures.uidPairsResolved = String(sum(scans, (s) => s.uidPairsResolved));
  figures.successfulScan = String(sum(scans, (s) => Number(s.successful)));
}

function subQueryFigures(sub: SubQueryStats, index: number): Figures {
  const figures: Figures = {
    aggregationTime: ms(sum(sub.series, (s) => s.aggregationMs)),
    emittedDPs: String(sum(sub.series, (s) => s.emittedDps)),
    groupByTime: ms(sub.groupByMs),
    queryIndex: String(index),
    queryScanTime: ms(sub.queryScanMs),
    saltScannerMergeTime: ms(sub.mergeMs),
    serializationTime: ms(sum(sub.series, (s) => s.serializationMs)),
    uidToStringTime: ms(sum(sub.series, (s) => s.namesMs)),
  };
  scanTotals(figures, sub.scans);
  const scans = sub.scans.map((scan, i) => `"scannerIdx_${String(i).padStart(2, '0')}":${sortedObject(scanFigures(scan))}`);
  figures.scannerStats = `{${scans.join(',')}}`;
  return figures;
}

/** The `stats` of an output object. */
export function seriesStatsJson(s: SeriesStats): string {
  const figures: Figures = {
    aggregationTime: ms(s.aggregationMs),
    emittedDPs: String(s.emittedDps),
    groupByTime: ms(s.groupByMs),
    queryIndex: String(s.queryIndex),
    queryScanTime: ms(s.queryScanMs),
    saltScannerMergeTime: ms(s.mergeMs),
    serializationTime: ms(s.serializationMs),
    uidToStringTime: ms(s.namesMs),
  };
  if (s.nanDps > 0) figures.nanDPs = String(s.nanDps);
  return sortedObject(figures);
}

/** The whole request's figures. Mirrors QueryStats.getStats. @param details with every sub-query and scan */
export function runStatsJson(run: RunStats, details: boolean): string {
  const series = run.subQueries.flatMap((sub) => sub.series);
  const figures: Figures = {
    emittedDPs: String(sum(series, (s) => s.emittedDps)),
    processingPreWriteTime: ms(run.processingPreWriteMs),
    stringToUidTime: ms(run.stringToUidMs),
  };
  if (!Number.isNaN(run.totalMs)) figures.totalTime = ms(run.totalMs);
  averages(figures, 'AggregationTime', series, (s) => s.aggregationMs);
  averages(figures, 'SerializationTime', series, (s) => s.serializationMs);
  averages(figures, 'UidToStringTime', series, (s) => s.namesMs);
  averages(figures, 'QueryScanTime', run.subQueries, (s) => s.queryScanMs);
  averages(figures, 'SaltScannerMergeTime', run.subQueries, (s) => s.mergeMs);
  scanTotals(
    figures,
    run.subQueries.flatMap((sub) => sub.scans),
  );
  if (details) {
    run.subQueries.forEach((sub, i) => {
      figures[`queryIdx_${String(i).padStart(2, '0')}`] = sortedObject(subQueryFigures(sub, i));
    });
  }
  return sortedObject(figures);
}
