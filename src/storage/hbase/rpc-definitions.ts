import { createRequire } from 'node:module';
import * as path from 'node:path';
import { messageOf } from '../../util/message-of';

/**
 * The messages of HBase's rare calls, from the protobuf definitions that hbase-rpc-client brings along. This file is the
 * only one that touches the package; of its code only the protobuf library runs, of its files only the definitions are read.
 *
 * Not from here, but by hand in the files that use them: what is on the path of every point and every query (Multi with put,
 * append, delete and get; Get; Scan). Those carry their cells in cell blocks, which the package does not know, and encoding
 * one of its messages costs 30-150 microseconds against less than one. The definitions are of HBase 1; fields and messages that
 * HBase 2 added are added below. They are loaded when the first rare call is made (about 30 ms), never on the embedded store.
 */

/** Values of a message's fields, in the camel case of the definitions; 64-bit numbers as safe integers. */
export type MessageFields = { [field: string]: FieldValue };
type FieldValue = string | number | boolean | Buffer | null | undefined | MessageFields | readonly FieldValue[];

/** A message that was read: bytes as Buffers, 64-bit numbers as numbers, enums as numbers. */
export type DecodedMessage = { [field: string]: DecodedValue };
type DecodedValue = string | number | boolean | Buffer | null | DecodedMessage | DecodedValue[];

interface MessageClass {
  new (fields: MessageFields): { toBuffer(): Buffer };
  decode(bytes: Buffer): object;
}
interface ReflectedMessage {
  addChild(field: unknown): void;
}
interface Builder {
  lookup(name: string): ReflectedMessage;
  build(name: string): MessageClass;
}
interface ProtobufLibrary {
  convertFieldsToCamelCase: boolean;
  /** Scalar types by name. */
  TYPES: Record<string, unknown>;
  loadProtoFile(file: string): Builder;
  loadProto(source: string, builder: Builder, file: string): Builder;
  Builder: { Message: new () => object };
  Reflect: {
    Message: { Field: new (parent: ReflectedMessage, rule: string, type: unknown, name: string, id: number, options: object) => unknown };
  };
}

type DefinitionFile = 'Client' | 'Master';

/** Fields that HBase 2 added to messages of HBase 1: message, rule, type, name, number. */
const ADDED_FIELDS: Record<DefinitionFile, readonly [string, string, string, string, number][]> = {
  Client: [
    ['MutationProto', 'optional', 'uint64', 'nonce', 9],
    ['MutateRequest', 'optional', 'uint64', 'nonceGroup', 4],
  ],
  Master: [
    ['CreateTableRequest', 'optional', 'uint64', 'nonceGroup', 3],
    ['CreateTableRequest', 'optional', 'uint64', 'nonce', 4],
    ['CreateTableResponse', 'optional', 'uint64', 'procId', 1],
    ['DeleteTableResponse', 'optional', 'uint64', 'procId', 1],
    ['EnableTableResponse', 'optional', 'uint64', 'procId', 1],
    ['DisableTableResponse', 'optional', 'uint64', 'procId', 1],
  ],
};

/** Messages that HBase 1 did not have. */
const ADDED_MESSAGES: Record<DefinitionFile, string> = {
  Client: '',
  Master: `
    import "ErrorHandling.proto";
    message SplitTableRegionRequest {
      required RegionInfo region_info = 1; optional bytes split_row = 2; optional uint64 nonce_group = 3; optional uint64 nonce = 4;
    }
    message SplitTableRegionResponse { optional uint64 proc_id = 1; }
    message GetProcedureResultRequest { required uint64 proc_id = 1; }
    message GetProcedureResultResponse { required uint32 state = 1; optional ForeignExceptionMessage exception = 5; }`,
};

const load = lazily(() => {
  const manifest = require.resolve('hbase-rpc-client/package.json');
  const library = createRequire(manifest)('protobufjs') as ProtobufLibrary;
  library.convertFieldsToCamelCase = true;
  return { library, directory: path.join(path.dirname(manifest), 'proto') };
});

const builders = new Map<DefinitionFile, Builder>();
const classes = new Map<string, MessageClass>();

function builderOf(file: DefinitionFile): Builder {
  let builder = builders.get(file);
  if (builder === undefined) {
    const { library, directory } = load();
    builder = library.loadProtoFile(path.join(directory, `${file}.proto`));
    if (ADDED_MESSAGES[file]) library.loadProto(ADDED_MESSAGES[file], builder, path.join(directory, `${file}2.proto`));
    for (const [message, rule, type, name, id] of ADDED_FIELDS[file]) {
      const parent = builder.lookup(message);
      parent.addChild(new library.Reflect.Message.Field(parent, rule, library.TYPES[type], name, id, {}));
    }
    builders.set(file, builder);
  }
  return builder;
}

function messageClass(file: DefinitionFile, name: string): MessageClass {
  const key = `${file}.${name}`;
  let built = classes.get(key);
  if (built === undefined) classes.set(key, (built = builderOf(file).build(name)));
  return built;
}

/** @param name as the definitions call it, e.g. `MutateRequest` */
export function encodeMessage(file: DefinitionFile, name: string, fields: MessageFields): Buffer {
  const MessageType = messageClass(file, name);
  return new MessageType(fields).toBuffer();
}

/** @throws RangeError when the bytes are no such message */
export function decodeMessage(file: DefinitionFile, name: string, bytes: Buffer): DecodedMessage {
  try {
    return plainMessage(messageClass(file, name).decode(bytes));
  } catch (error) {
    throw new RangeError(`no ${name}: ${messageOf(error)}`);
  }
}

function plainMessage(message: object): DecodedMessage {
  return Object.fromEntries(Object.entries(message).map(([field, value]) => [field, plainValue(value)]));
}

/** Takes the library's own types out of what it has read. */
function plainValue(value: unknown): DecodedValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object') return null;
  if (value instanceof load().library.Builder.Message) return plainMessage(value);
  if ('low' in value && 'high' in value) return Number(String(value)); // a Long
  return (value as { toBuffer(): Buffer }).toBuffer(); // a ByteBuffer
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
