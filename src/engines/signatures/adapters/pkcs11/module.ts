import { CryptokiError, type AttributeName, type Cryptoki, type KeyAttribute, type Mechanism, type NewKeyPair, type ObjectTemplate, type PresentToken } from './cryptoki.ts';
import type { Koffi } from './koffi.ts';

/** Places of the calls in CK_FUNCTION_LIST (PKCS#11 v2.40, pkcs11f.h), and what they take: `u` CK_ULONG, `b` CK_BBOOL, `p` memory. */
const calls = {
  C_Initialize: [0, ['p']],
  C_Finalize: [1, ['p']],
  C_GetSlotList: [4, ['b', 'p', 'p']],
  C_GetTokenInfo: [6, ['u', 'p']],
  C_OpenSession: [12, ['u', 'u', 'p', 'p', 'p']],
  C_CloseSession: [13, ['u']],
  C_Login: [18, ['u', 'u', 'p', 'u']],
  C_Logout: [19, ['u']],
  C_GetAttributeValue: [24, ['u', 'u', 'p', 'u']],
  C_FindObjectsInit: [26, ['u', 'p', 'u']],
  C_FindObjects: [27, ['u', 'p', 'u', 'p']],
  C_FindObjectsFinal: [28, ['u']],
  C_SignInit: [42, ['u', 'p', 'u']],
  C_Sign: [43, ['u', 'p', 'u', 'p', 'p']],
  C_GenerateKeyPair: [59, ['u', 'p', 'p', 'u', 'p', 'u', 'p', 'p']],
} as const;

type Call = keyof typeof calls;
type Invoke = (call: Call, ...values: unknown[]) => void;

const parameterTypes = { u: 'ulong', b: 'uint8_t', p: 'void *' } as const;

const CKF_OS_LOCKING_OK = 2n;
const sessionKinds = { read: 4, write: 6 } as const;
const pairMechanisms = { rsa: 0x0n, ec: 0x1040n } as const;
const tokenFlags = { initialized: 0x400n, finalTry: 0x20000n, locked: 0x40000n, toBeChanged: 0x80000n };
const userTypes = { user: 1, again: 2 } as const;
const classes = { certificate: 1n, 'private-key': 3n } as const;
const attributeTypes = {
  class: 0x0n,
  token: 0x1n,
  private: 0x2n,
  label: 0x3n,
  value: 0x11n,
  id: 0x102n,
  sensitive: 0x103n,
  sign: 0x108n,
  verify: 0x10an,
  modulus: 0x120n,
  modulusBits: 0x121n,
  publicExponent: 0x122n,
  extractable: 0x162n,
  ecParams: 0x180n,
  ecPoint: 0x181n,
  alwaysAuthenticate: 0x202n,
} as const;
const hashMechanisms = { sha256: [0x250n, 2n, 32n], sha384: [0x260n, 3n, 48n], sha512: [0x270n, 4n, 64n] } as const;
const unavailable = 0xffff_ffff_ffff_ffffn;

/**
 * Loads a token's module (a shared library of its maker) into this process. Its calls block; a worker thread makes them.
 * @throws Error when the library cannot be loaded
 */
export function loadModule(koffi: Koffi, path: string): Cryptoki {
  const invoke = bind(koffi, path);
  const memory = memoryOf(koffi);
  const search = (session: bigint, { class: kind, id, value }: ObjectTemplate): bigint[] => {
    const wanted = memory.attributes([
      { type: attributeTypes.class, value: memory.ulong(classes[kind]) },
      ...(id === undefined ? [] : [{ type: attributeTypes.id, value: id }]),
      ...(value === undefined ? [] : [{ type: attributeTypes.value, value }]),
    ]);
    invoke('C_FindObjectsInit', session, wanted.block, wanted.count);
    try {
      return findAll(invoke, memory, session);
    } finally {
      invoke('C_FindObjectsFinal', session);
    }
  };
  return {
    initialize: () => invoke('C_Initialize', memory.initializeArguments()),
    finalize: () => invoke('C_Finalize', null),
    tokens: () => listTokens(invoke, memory),
    openSession(slot, kind = 'read') {
      const session = memory.ulong(0n);
      invoke('C_OpenSession', slot, sessionKinds[kind], null, null, session);
      return memory.read(session, 0);
    },
    closeSession: (session) => invoke('C_CloseSession', session),
    login(session, pin, kind) {
      const bytes = Buffer.from(pin, 'utf8');
      invoke('C_Login', session, userTypes[kind], bytes, bytes.length);
      bytes.fill(0);
    },
    logout: (session) => invoke('C_Logout', session),
    findObjects: search,
    attribute: (session, object, name) => readAttribute(invoke, memory, { session, object, name }),
    signInit: (session, key, mechanism) => invoke('C_SignInit', session, memory.mechanism(mechanism), key),
    sign(session, data) {
      // The longest signature of an RSA-8192 key.
      const value = Buffer.alloc(1024);
      const length = memory.ulong(BigInt(value.length));
      invoke('C_Sign', session, data, data.length, value, length);
      return Buffer.from(value.subarray(0, Number(memory.read(length, 0))));
    },
    generateKeyPair: (session, pair) => generatePair(invoke, memory, { session, pair }),
  };
}

function bind(koffi: Koffi, path: string): Invoke {
  const list: unknown[] = [null];
  const getFunctionList = koffi.load(path).func('C_GetFunctionList', 'ulong', [koffi.out(koffi.pointer('void *'))]);
  const returned = BigInt(Number(getFunctionList(list)));
  if (returned !== 0n) throw new CryptokiError('C_GetFunctionList', returned);
  // The list begins with the version in two bytes; on Windows structures are packed.
  const first = process.platform === 'win32' ? 2 : 8;
  const bound = new Map<string, (...values: unknown[]) => unknown>();
  for (const [name, [place, parameters]] of Object.entries(calls)) {
    const types = parameters.map((letter) => parameterTypes[letter]);
    bound.set(name, koffi.decode(koffi.decode(list[0], first + 8 * place, 'void *'), koffi.proto(`${name}_${String(process.pid)}_${String((bindings += 1))}`, 'ulong', types)));
  }
  return (call, ...values) => {
    const result = BigInt(Number(bound.get(call)?.(...values)));
    if (result !== 0n) throw new CryptokiError(call, result);
  };
}

/** Names of call types may not repeat within a process. */
let bindings = 0;

type Memory = ReturnType<typeof memoryOf>;
type Attribute = { type: bigint; value: Buffer };

/** C structures as bytes: CK_ULONG has 8 bytes, on Windows 4, where structures are packed as well. */
function memoryOf(koffi: Koffi) {
  const ulongBytes = koffi.sizeof('ulong');
  const write = (into: Buffer, at: number, value: bigint): void => {
    if (ulongBytes === 8) into.writeBigUInt64LE(value, at);
    else into.writeUInt32LE(Number(value & 0xffff_ffffn), at);
  };
  const read = (from: Buffer, at: number): bigint => (ulongBytes === 8 ? from.readBigUInt64LE(at) : BigInt(from.readUInt32LE(at)));
  const ulong = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(ulongBytes);
    write(bytes, 0, value);
    return bytes;
  };
  const address = (bytes: Buffer | undefined): Buffer => {
    const out = Buffer.alloc(8);
    if (bytes !== undefined) out.writeBigUInt64LE(koffi.address(bytes));
    return out;
  };
  /** Memory that a structure points into must live as long as the structure. */
  const pinned = new WeakMap<Buffer, Buffer[]>();
  const structure = (parts: Buffer[], points: Buffer[]): Buffer => {
    const block = Buffer.concat(parts);
    pinned.set(block, points);
    return block;
  };
  const plainMechanism = (type: bigint): Buffer => Buffer.concat([ulong(type), address(undefined), ulong(0n)]);
  return {
    ulongBytes,
    ulong,
    read,
    list: (from: Buffer, count: number): bigint[] => Array.from({ length: count }, (_, index) => read(from, index * ulongBytes)),
    attributes(list: readonly Attribute[]) {
      const parts = list.flatMap(({ type, value }) => [ulong(type), address(value), ulong(BigInt(value.length))]);
      return { block: structure(parts, list.map(({ value }) => value)), count: list.length };
    },
    sizeQuery: (type: bigint): Buffer => Buffer.concat([ulong(type), address(undefined), ulong(0n)]),
    initializeArguments: (): Buffer => Buffer.concat([Buffer.alloc(32), ulong(CKF_OS_LOCKING_OK), address(undefined)]),
    plainMechanism,
    mechanism(mechanism: Mechanism): Buffer {
      if (mechanism.kind !== 'rsa-pss') return plainMechanism(mechanism.kind === 'ecdsa' ? 0x1041n : 0x1n);
      const parameters = Buffer.concat(hashMechanisms[mechanism.hash].map((each) => ulong(each)));
      return structure([ulong(0xdn), address(parameters), ulong(BigInt(parameters.length))], [parameters]);
    },
  };
}

const AT_ONCE = 64;
/** An HSM of a province holds thousands; a module that never comes to an end is left there. */
const MOST_OBJECTS = 10_000;

/** An answer of fewer objects than asked for need not be the last one: only none is (PKCS#11 v2.40 base, section 5.7). */
function findAll(invoke: Invoke, memory: Memory, session: bigint): bigint[] {
  const objects: bigint[] = [];
  const found = Buffer.alloc(memory.ulongBytes * AT_ONCE);
  while (objects.length < MOST_OBJECTS) {
    const count = memory.ulong(0n);
    invoke('C_FindObjects', session, found, AT_ONCE, count);
    const more = Math.min(Number(memory.read(count, 0)), AT_ONCE);
    if (more === 0) break;
    objects.push(...memory.list(found, more));
  }
  return objects;
}

function generatePair(invoke: Invoke, memory: Memory, { session, pair }: { session: bigint; pair: NewKeyPair }): bigint {
  const bytesOf = ({ value }: KeyAttribute): Buffer => (typeof value === 'boolean' ? Buffer.of(value ? 1 : 0) : typeof value === 'bigint' ? memory.ulong(value) : value);
  const template = (list: readonly KeyAttribute[]) => memory.attributes(list.map((each) => ({ type: attributeTypes[each.name], value: bytesOf(each) })));
  const [open, closed] = [template(pair.public), template(pair.private)];
  const [publicKey, privateKey] = [memory.ulong(0n), memory.ulong(0n)];
  invoke('C_GenerateKeyPair', session, memory.plainMechanism(pairMechanisms[pair.mechanism]), open.block, open.count, closed.block, closed.count, publicKey, privateKey);
  return memory.read(publicKey, 0);
}

function listTokens(invoke: Invoke, memory: Memory): PresentToken[] {
  const count = memory.ulong(0n);
  invoke('C_GetSlotList', 1, null, count);
  const slots = Buffer.alloc(memory.ulongBytes * (Number(memory.read(count, 0)) + 8));
  const room = memory.ulong(BigInt(slots.length / memory.ulongBytes));
  invoke('C_GetSlotList', 1, slots, room);
  return memory.list(slots, Number(memory.read(room, 0))).flatMap((slot) => {
    const info = Buffer.alloc(512);
    try {
      invoke('C_GetTokenInfo', slot, info);
    } catch (error) {
      // Pulled out between the two calls, or a reader without a card that it knows.
      if (error instanceof CryptokiError) return [];
      throw error;
    }
    const text = (from: number, to: number): string => info.toString('utf8', from, to).replace(/[\s\0]+$/, '');
    const flags = memory.read(info, 96);
    const has = (flag: bigint): boolean => (flags & flag) !== 0n;
    // An empty slot of a software token says that it holds a token, too.
    if (!has(tokenFlags.initialized)) return [];
    const pin = { isLastTry: has(tokenFlags.finalTry), isLocked: has(tokenFlags.locked), isToBeChanged: has(tokenFlags.toBeChanged) };
    return [{ slot, label: text(0, 32), serial: text(80, 96), pin }];
  });
}

function readAttribute(invoke: Invoke, memory: Memory, { session, object, name }: { session: bigint; object: bigint; name: AttributeName }): Buffer | undefined {
  const query = memory.sizeQuery(attributeTypes[name]);
  try {
    invoke('C_GetAttributeValue', session, object, query, 1);
    const length = memory.read(query, memory.ulongBytes + 8);
    if (length === unavailable || length > 1_000_000n) return undefined;
    const value = Buffer.alloc(Number(length));
    if (value.length === 0) return value;
    invoke('C_GetAttributeValue', session, object, memory.attributes([{ type: attributeTypes[name], value }]).block, 1);
    return value;
  } catch (error) {
    if (error instanceof CryptokiError && error.code === 'CKR_ATTRIBUTE_TYPE_INVALID') return undefined;
    throw error;
  }
}
