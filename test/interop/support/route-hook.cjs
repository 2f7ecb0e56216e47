// Loaded into a daemon with `node -r`: what it connects to port ROUTE_FROM goes to ROUTE_TO instead, which is how a proxy
// gets between the daemon and a region server whose address comes from hbase:meta.
const { Socket } = require('node:net');

const from = Number(process.env.ROUTE_FROM);
const to = Number(process.env.ROUTE_TO);
const connect = Socket.prototype.connect;

Socket.prototype.connect = function routed(...args) {
  // net.connect hands its arguments over as one list.
  const list = Array.isArray(args[0]) ? args[0] : args;
  if (typeof list[0] === 'object' && Number(list[0]?.port) === from) list[0] = { ...list[0], host: '127.0.0.1', port: to };
  return connect.apply(this, args);
};
