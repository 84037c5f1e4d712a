/** A process for the tests: puts certificates onto a software token (C_CreateObject), which the token's own tool cannot. */
import { X509Certificate } from 'node:crypto';
import { findKoffi } from '../koffi.ts';
import { loadModule } from '../module.ts';

const koffi = findKoffi();
if (koffi === undefined) throw new Error('koffi is missing');
// safe because only the tests start this process
const order = JSON.parse(process.env['STORE_CERTIFICATE'] ?? '') as { modulePath: string; token: string; pin: string; id: string; certificates: string[] };
const cryptoki = loadModule(koffi, order.modulePath);
cryptoki.initialize();
const token = cryptoki.tokens().find(({ label }) => label === order.token);
if (token === undefined) throw new Error('no such token');

const list: unknown[] = [null];
koffi.load(order.modulePath).func('C_GetFunctionList', 'ulong', [koffi.out(koffi.pointer('void *'))])(list);
const call = (place: number, name: string, types: string[]) => koffi.decode(koffi.decode(list[0], 8 + 8 * place, 'void *'), koffi.proto(name, 'ulong', types));
const must = (returned: unknown): void => {
  if (Number(returned) !== 0) throw new Error(`0x${Number(returned).toString(16)}`);
};
const ulong = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const session = Buffer.alloc(8);
must(call(12, 'open', ['ulong', 'ulong', 'void *', 'void *', 'void *'])(token.slot, 6, null, null, session));
cryptoki.login(session.readBigUInt64LE(), order.pin, 'user');
const create = call(20, 'create', ['ulong', 'void *', 'ulong', 'void *']);
for (const certificate of order.certificates) {
  const { raw } = new X509Certificate(Buffer.from(certificate, 'base64'));
  // CKA_CLASS certificate, CKA_CERTIFICATE_TYPE X.509, CKA_TOKEN, CKA_SUBJECT (any bytes will do here), CKA_ID, CKA_VALUE
  const attributes: [number, Buffer][] = [
    [0x0, ulong(1)],
    [0x80, ulong(0)],
    [0x1, Buffer.of(1)],
    [0x101, Buffer.from('subject')],
    [0x102, Buffer.from(order.id, 'hex')],
    [0x11, raw],
  ];
  const template = Buffer.concat(attributes.flatMap(([type, value]) => [ulong(type), ulong(0), ulong(value.length)]));
  for (const [index, [, value]] of attributes.entries()) template.writeBigUInt64LE(koffi.address(value), index * 24 + 8);
  must(create(session.readBigUInt64LE(), template, attributes.length, Buffer.alloc(8)));
}
cryptoki.finalize();
