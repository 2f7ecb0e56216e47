// Drives npm's opentsdb 0.5.7: node opentsdb-npm.cjs MODULES PORT. Prints what each step saw, a JSON line for each.
const path = require('node:path');
const [modules, port] = process.argv.slice(2);
const opentsdb = require(path.join(modules, 'opentsdb'));

const from = Math.floor(Date.now() / 60000) * 60000 - 600000;
const say = (step, seen) => console.log(JSON.stringify([step, seen]));
const later = (ms) => new Promise((done) => setTimeout(done, ms));

async function write() {
  const socket = opentsdb.socket().host('127.0.0.1').port(Number(port));
  await new Promise((done) => {
    socket.addListener('connect', done);
    socket.connect();
  });
  for (let i = 0; i < 50; i++) {
    const datum = opentsdb
      .datum()
      .metric('npm.write')
      .timestamp(from + i * 250)
      .value(i / 4)
      .tags('host', i % 2 ? 'a' : 'b');
    await new Promise((done) => socket.write(`put ${datum.toString()}\n`, done));
  }
  socket.end();
}

async function read() {
  const client = opentsdb.client().host('127.0.0.1').port(Number(port));
  const ask = (method) => new Promise((done) => client[method]((error, data) => done(error ?? data)));
  const query = opentsdb.mquery().aggregator('sum').metric('npm.write').tags('host', '*');
  client
    .queries(query)
    .start(from - 1000)
    .end(from + 60000);
  say('arrays', await ask('get'));
  client.arrays(false).tsuids(true).annotations('all');
  say('objects', await ask('get'));
  client.queries(opentsdb.mquery().aggregator('avg').metric('npm.write').downsample('5s-avg').rate(true));
  say('rate', await ask('get'));
  for (const method of ['aggregators', 'metrics', 'config', 'version', 'dropcaches']) say(method, await ask(method));
}

write()
  .then(() => later(1500))
  .then(read)
  .then(() => process.exit(0));
