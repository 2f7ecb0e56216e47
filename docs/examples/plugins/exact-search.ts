// A search plugin: keeps what it is told of in memory, and finds series by the whole name of their metric, `query=sys.cpu.user`. A real one would hand all of it
// to a search engine.
//
//   tsd.search.enable = true
//   tsd.search.plugin = exact-search.js
import type { PluginAnswer, SearchDocument, SearchPlugin, SearchQuery } from '../../../src/search';
import type { StatsSink } from '../../../src/util/stats';

export default class ExactSearch implements SearchPlugin {
  private readonly series = new Map<string, SearchDocument>();
  private readonly uids = new Map<string, SearchDocument>();
  private readonly notes = new Map<string, SearchDocument>();

  indexTSMeta(meta: SearchDocument): void {
    this.series.set(String(meta.tsuid), meta);
  }

  deleteTSMeta(tsuid: string): void {
    this.series.delete(tsuid);
  }

  indexUIDMeta(meta: SearchDocument): void {
    this.uids.set(`${String(meta.type)} ${String(meta.uid)}`, meta);
  }

  deleteUIDMeta({ type, uid }: { type: string; uid: string }): void {
    this.uids.delete(`${type} ${uid}`);
  }

  indexAnnotation(note: SearchDocument): void {
    this.notes.set(`${String(note.tsuid)} ${String(note.startTime)}`, note);
  }

  deleteAnnotation({ tsuid, startTime }: { tsuid: string; startTime: number }): void {
    this.notes.delete(`${tsuid} ${startTime}`);
  }

  executeQuery({ type, query, limit, startIndex }: SearchQuery): PluginAnswer {
    const found = [...this.all(type)].filter((document) => nameOf(document) === query);
    const page = found.slice(startIndex, startIndex + limit);
    return { results: type === 'TSUIDS' ? page.map(({ tsuid }) => tsuid) : page, totalResults: found.length };
  }

  collectStats(sink: StatsSink): void {
    sink.record('example.exact_search.series', this.series.size);
  }

  private all(type: SearchQuery['type']): Iterable<SearchDocument> {
    if (type === 'UIDMETA') return this.uids.values();
    return type === 'ANNOTATION' ? this.notes.values() : this.series.values();
  }
}

function nameOf({ metric, name, description }: SearchDocument): unknown {
  return (metric as SearchDocument | undefined)?.name ?? name ?? description;
}
