import { apply, group } from './support';

const s1 = group('0:1 60:-2', 'host=web01,dc=lga');

test.each([
  [['x'], 'x'],
  [['x', 'y'], 'x,y'],
  [['cpu-@host'], 'cpu-web01'],
  [['@dc-@host-@hos-@hostx'], 'lga-web01-@hos-web01x'],
  [['@rack'], '@rack'],
])('of %p', (parameters, name) => expect(apply('alias', [[s1]], parameters)).toEqual([`${name}{} 0:1 60:2`]));
test('needs a name', () => expect(() => apply('alias', [[s1]], [])).toThrow('Missing the alias'));
