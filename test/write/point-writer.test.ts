import { openTempStore, type TempStore } from '../support/temp-store';
import { cellsOf, writingOn } from './support/data-table';

let store: TempStore;
beforeEach(async () => {
  store = await openTempStore();
});
afterEach(() => store.close());

const tags = new Map([['host', 'web01']]);

describe('a point on its way to its cell', () => {
  it('is stored as the worked example of the original says, by both ways', async () => {
    const { writer } = writingOn(store.storage);
    await writer.addPoint({ metric: 'sys.cpu', timestamp: '1356998461', value: '42.5', tags }, 'telnet');
    const line = Buffer.from('sys.cpu 1356998461500 7 host=web01');
    expect(writer.addLine(line, 0, line.length, 'telnet', null)).toBe(true);
    await writer.flush();
    const row = '00000150e22700000001000001';
    expect(await cellsOf(store.storage)).toEqual([`${row} 03db=422a0000`, `${row} f03c0f00=07`]);
    await writer.close();
  });
});
