import { declareTool, optionsUsage, parseArguments, UsageError } from '../../src/tools/arguments';

const parse = (...argv: string[]): [string[], Record<string, unknown>] => {
  const command = declareTool('t').option('--value <WHAT>', 'a value').option('-f, --flag', 'a flag');
  const words = parseArguments(command, argv);
  return [words, command.opts()];
};

describe('command lines by the rules of the original', () => {
  it.each<[string[], string[], Record<string, unknown>]>([
    [['a', '--flag', 'b'], ['a', 'b'], { flag: true }],
    [['-f'], [], { flag: true }],
    [['--flag=false', 'a'], ['a'], { flag: true }],
    [['--value', 'x', 'a'], ['a'], { value: 'x' }],
    [['--value', '--flag'], [], { value: '--flag' }],
    [['--value=x=y'], [], { value: 'x=y' }],
    [['--value='], [], { value: '' }],
    [['--value=1', '--value', '2'], [], { value: '2' }],
    [['--', '--flag', '-'], ['--flag', '-'], {}],
    [['a', 'a=b', ''], ['a', 'a=b', ''], {}],
  ])('%j', (argv, words, options) => {
    expect(parse(...argv)).toEqual([words, options]);
  });

  it.each([
    [['--other'], 'Unrecognized option --other'],
    [['--other=1'], 'Unrecognized option --other=1'],
    [['--val=1'], 'Unrecognized option --val=1'],
    [['-'], 'Unrecognized option -'],
    [['-fx'], 'Unrecognized option -fx'],
    [['a', '--value'], 'Missing argument for --value'],
  ])('%j is refused', (argv, message) => {
    expect(() => parse(...argv)).toThrow(new UsageError(message));
  });

  it('lists options alphabetically in one column', () => {
    const command = declareTool('t').option('--zz <WHAT>', 'z').option('-a, --all', 'a');
    expect(optionsUsage(command)).toBe('  --all     a\n  --zz=WHAT z\n');
  });
});
