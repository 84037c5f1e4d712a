import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { anonymous, systemActor, type Actor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import type { Module } from '#kernel/module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { casesModule } from '#engines/cases/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { appointPost, createAgency, createPerson, hashPassword, identityModule, openAccount, type Role } from '#engines/identity/index.ts';
import { issueCredential, signaturesModule } from '#engines/signatures/index.ts';
import type { AuthorizationList } from './contract.ts';
import { remoteSigningModule } from './index.ts';

export const PIN = '202612';
export const PASSWORD = 'LienThong@2026';
const ORIGIN = 'http://lienthong.test';
const RP_ID = 'lienthong.test';
const system = { actor: systemActor('test') };

type CborValue = number | string | Buffer | Map<number | string, unknown>;

/** CBOR of the few kinds of value that an authenticator writes (RFC 8949). */
function cbor(value: CborValue): Buffer {
  const head = (major: number, count: number): Buffer => (count < 24 ? Buffer.from([(major << 5) | count]) : count < 256 ? Buffer.from([(major << 5) | 24, count]) : Buffer.from([(major << 5) | 25, count >> 8, count & 255]));
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  // safe because the maps below hold nothing else
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item as CborValue)])]);
}

/** An authenticator of our own: an ES256 key and what WebAuthn Level 3 section 6 makes of it. */
export type Device = { id: Buffer; key: KeyObject; cose: Buffer; counter: number };

export function newDevice(): Device {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const cose = cbor(new Map<number, unknown>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(jwk.x ?? '', 'base64url')], [-3, Buffer.from(jwk.y ?? '', 'base64url')]]));
  return { id: randomBytes(32), key: privateKey, cose, counter: 0 };
}

const PRESENT_AND_VERIFIED = 5;
const ATTESTED = 64;

function authenticatorData(device: Device, flags: number): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE((device.counter += 1));
  const attested = (flags & ATTESTED) === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.alloc(16), Buffer.from([0, device.id.length]), device.id, device.cose]);
  return Buffer.concat([createHash('sha256').update(RP_ID).digest(), Buffer.from([flags]), counter, attested]);
}

const clientData = (type: string, challenge: string): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin: ORIGIN, crossOrigin: false }));

function answer(device: Device, response: object): object {
  const id = device.id.toString('base64url');
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
}

function registration(device: Device, challenge: string): object {
  const attestation = cbor(new Map<string, unknown>([['fmt', 'none'], ['attStmt', new Map()], ['authData', authenticatorData(device, PRESENT_AND_VERIFIED | ATTESTED)]]));
  return answer(device, { clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'), attestationObject: attestation.toString('base64url'), transports: ['internal'] });
}

export function proof(device: Device, challenge: string): object {
  const data = authenticatorData(device, PRESENT_AND_VERIFIED);
  const client = clientData('webauthn.get', challenge);
  const signature = sign('sha256', Buffer.concat([data, createHash('sha256').update(client).digest()]), device.key);
  return answer(device, { clientDataJSON: client.toString('base64url'), authenticatorData: data.toString('base64url'), signature: signature.toString('base64url') });
}

export type Reply<Body> = { status: number; body: Body };

type ApproveAs = { pin?: string | null; isRemembered?: boolean; device?: Device; person?: PersonActor };

/** A house with a director who opened a certificate to remote signing, a registered application, and a real port for it to call. */
export type SigningHouse = TestHouse & {
  agencyId: Id<'agency'>;
  director: PersonActor;
  colleague: PersonActor;
  administrator: PersonActor;
  credentialId: string;
  device: Device;
  client: { clientId: string; clientSecret: string };
  origin: string;
  /** The workplace's API as this person. */
  call<Body = { code: string }>(as: Actor, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, payload?: object): Promise<Reply<Body>>;
  issue(person: PersonActor, keyKind?: 'p-256' | 'rsa-2048'): Promise<string>;
  /** Makes a passkey with the PIN; `pin: null` types none, `lockedPin` is what the device is to remember. */
  enrol(person: PersonActor, credentialId: string, options?: { pin?: string | null; password?: string; lockedPin?: string }): Promise<Device & { status: number; code?: string }>;
  waiting(person?: PersonActor): Promise<AuthorizationList['waiting']>;
  /** Approves as the director would, or another person: asks for the challenge, answers with the device and the PIN; `pin: null` types none. */
  approve(ids: readonly string[], options?: ApproveAs): Promise<Reply<{ signed: number; code: string }> & { approvalId: string }>;
  newClient(redirectUris?: string[], perMinute?: number): Promise<{ clientId: string; clientSecret: string }>;
};

const day = (text: string): CalendarDay => {
  const parsed = parseCalendarDay(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

export async function openSigningHouse(more: readonly Module[] = []): Promise<SigningHouse> {
  const house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, remoteSigningModule, ...more] });
  let actor: Actor = anonymous;
  const server = house.server(() => Promise.resolve(actor));
  const agency = { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: day('2025-07-01'), name: 'Sở Nội vụ', abbreviation: 'SNV' } as const;
  const agencyId = await run(house.kernel, createAgency, agency, system);
  const passwordHash = await hashPassword(PASSWORD);
  const person = async (name: string, login: string, roles: Role[]): Promise<PersonActor> => {
    const personId = await run(house.kernel, createPerson, { fullName: name, agencyId }, system);
    const postId = await run(house.kernel, appointPost, { agencyId, personId, unitId: null, title: 'Giám đốc', roles, signingPowers: [], startsOn: day('2025-07-01') }, system);
    await run(house.kernel, openAccount, { agencyId, personId, login, passwordHash, passwordIsLong: false }, system);
    return { kind: 'person', personId, name, agencyId, unitId: null, postId, postTitle: 'Giám đốc', roles, sessionId: newId() };
  };
  const director = await person('Nguyễn Văn Bình', 'giamdoc.snv', ['leader']);
  const colleague = await person('Trần Thị Thu Hương', 'phogiamdoc.snv', ['leader']);
  const administrator = await person('Đinh Trọng Hiếu', 'quantri.tinh', ['province_admin']);
  const call: SigningHouse['call'] = async <Body>(as: Actor, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, payload?: object) => {
    actor = as;
    const reply = await server.inject({ method, url: `/api/v1/remote-signing${path}`, ...(payload === undefined ? {} : { payload }) });
    // safe because the server checked the reply against its contract
    return { status: reply.statusCode, body: (reply.body === '' ? undefined : reply.json()) as Body };
  };
  const issue: SigningHouse['issue'] = (who, keyKind = 'p-256') =>
    issueCredential(house.kernel, { kind: 'person', agencyId, personId: who.personId, name: who.name, organization: 'Sở Nội vụ', pin: PIN, rounds: 10_000, keyKind, validDays: 700 }, system);
  const enrol: SigningHouse['enrol'] = async (who, id, { pin = PIN, password = PASSWORD, lockedPin } = {}) => {
    const device = newDevice();
    const begun = await call<{ step: string; options: { challenge: string }; code?: string }>(who, 'POST', `/credentials/${id}/enrolment-options`, { password, mayRememberPin: lockedPin !== undefined });
    if (begun.status !== 200) return Object.assign(device, { status: begun.status, code: begun.body.code ?? '' });
    const { body } = begun;
    const kept = { ...(pin === null ? {} : { pin }), ...(lockedPin === undefined ? {} : { lockedPin, mayRememberPin: true }) };
    const ended = await call<{ code: string } | undefined>(who, 'POST', `/credentials/${id}/enrolment`, { step: body.step, ...kept, name: 'Điện thoại', response: registration(device, body.options.challenge) });
    return Object.assign(device, { status: ended.status, code: ended.body?.code ?? '' });
  };
  const newClient: SigningHouse['newClient'] = async (redirectUris = [], perMinute = 1000) =>
    (await call<{ clientId: string; clientSecret: string }>(administrator, 'POST', '/clients', { name: 'Cổng dịch vụ công', redirectUris, perMinute })).body;
  const credentialId = await issue(director, 'rsa-2048');
  const device = await enrol(director, credentialId);
  const origin = await server.listen({ port: 0, host: '127.0.0.1' });
  return Object.assign(house, {
    agencyId,
    director,
    colleague,
    administrator,
    credentialId,
    device,
    client: await newClient(['https://dichvucong.example/quay-ve']),
    origin,
    call,
    issue,
    enrol,
    newClient,
    waiting: async (who = director) => (await call<AuthorizationList>(who, 'GET', '/authorizations')).body.waiting,
    approve: async (ids: readonly string[], options: ApproveAs = {}) => {
      const { person: who = director, pin = PIN, isRemembered = false } = options;
      const begun = await call<{ approvalId: string; options: { challenge: string }; code: string }>(who, 'POST', '/approvals', { ids });
      if (begun.status !== 200) return { status: begun.status, body: { signed: 0, code: begun.body.code }, approvalId: '' };
      const { approvalId, options: wanted } = begun.body;
      const response = proof(options.device ?? device, wanted.challenge);
      return { ...(await call<{ signed: number; code: string }>(who, 'POST', `/approvals/${approvalId}`, { response, ...(pin === null ? {} : { pin, isRemembered }) })), approvalId };
    },
  });
}
