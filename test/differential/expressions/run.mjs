// node run.mjs ORIGINAL_PORT OUR_PORT [--seed N] [--count N] [--load]: asks both TSDs the same random expressions and prints each
// difference that docs/deviations.md doesn't explain. --load writes the series first, to both, which should have empty tables.
import http from 'node:http';
import { points, request } from './generator.mjs';
import { explained, sameAnswer } from './compare.mjs';

const [original, ours, ...options] = process.argv.slice(2);
const option = (name, otherwise) => (options.includes(name) ? Number(options[options.indexOf(name) + 1]) : otherwise);
const [seed, count] = [option('--seed', 1), option('--count', 300)];
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });

function ask(port, { method, path, body }) {
  return new Promise((resolve) => {
    const call = http.request({ host: '127.0.0.1', port, method, path, agent, timeout: 20_000 }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(parts).toString('utf8') }));
      answer.on('error', (e) => resolve({ status: 0, body: e.code ?? e.message }));
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', (e) => resolve({ status: 0, body: e.code ?? e.message }));
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

if (options.includes('--load')) {
  for (const port of [original, ours]) {
    const all = points(1);
    for (let i = 0; i < all.length; i += 50) {
      const { status, body } = await ask(port, { method: 'POST', path: '/api/put?details&sync', body: all.slice(i, i + 50) });
      if (status !== 200) throw new Error(`put: ${status} ${body.slice(0, 300)}`);
    }
  }
}

const tally = { same: 0, explained: 0, different: 0 };
for (let i = seed; i < seed + count; i++) {
  const question = request(i);
  const [theirs, mine] = await Promise.all([ask(original, question), ask(ours, question)]);
  const difference = sameAnswer(theirs, mine);
  if (difference === null) tally.same++;
  else if (explained(question, theirs, mine)) tally.explained++;
  else {
    tally.different++;
    const text = question.body === undefined ? decodeURIComponent(question.path) : JSON.stringify(question.body);
    console.log(
      `seed ${i}: ${text}\n  ${difference}\n  original ${theirs.status} ${theirs.body.slice(0, 300)}\n  ours     ${mine.status} ${mine.body.slice(0, 300)}`,
    );
  }
}
console.log(`${count} requests from seed ${seed}: ${tally.same} alike, ${tally.explained} explained, ${tally.different} different`);
process.exit(tally.different > 0 ? 1 : 0);
