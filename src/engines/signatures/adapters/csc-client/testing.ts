import { constants, privateEncrypt, randomBytes, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestInfo } from '../signature-values.ts';
import { codeRules, type TestCodeKind, type TestCodes } from './testing/codes.ts';
import { grantRules } from './testing/grants.ts';

/**
 * A remote signing service for tests that keeps to the Cloud Signature Consortium API 1.0.4 and 2.0: activation data are bound
 * to hashes and number, work once, end in time, and are extended for the next of several signatures; one-time codes work once and end in time;
 * three wrong PINs lock; everything that a real one refuses is refused.
 */
export type TestCscService = {
  url(version: 1 | 2): string;
  oauth2Url: string;
  /** The same for version 1, whose page calls the hashes otherwise. */
  oauth2UrlOf(version: 1 | 2): string;
  /** The tokens that were given for consents to certain signatures, newest last. */
  released: string[];
  /** Requests so far, by path. */
  asked: string[];
  behave: CscBehaviour;
  codes: TestCodes;
  /** Where the client may have browsers sent. */
  redirects: string[];
  /** What the person does elsewhere: confirms, refuses, or nothing yet. */
  person: 'waits' | 'confirms' | 'refuses';
  /** Makes all tokens given out so far worthless. */
  forgetTokens(): void;
  close(): Promise<void>;
};

export type CscBehaviour = {
  mode: 'implicit' | 'explicit' | 'oauth2code';
  code: TestCodeKind;
  /** Version 2: the service has credentials/sendOTP and says so, and does not say of the code where it comes from. */
  hasSendOtp?: boolean;
  /** The PIN beside the code: version 1 may leave it to the person. */
  pin?: 'true' | 'false' | 'optional';
  multisign: number;
  /** Version 2: the authorisation answers with a handle until the person confirms. */
  confirmsElsewhere: boolean;
  keyStatus: 'enabled' | 'disabled';
  /** The next call to this path is answered with this instead. */
  next: { path: string; status: number; body: unknown; headers?: Record<string, string> } | undefined;
  /** The service has credentials/extendTransaction and says so. */
  extendsTransactions?: boolean;
  /** What a consent to several signatures brings covers the first only, whatever the person was shown. */
  grantsFirstOnly?: boolean;
  /** The next call to this path is done, but its answer never comes. */
  dropAnswerOf: string | undefined;
};

export const cscAccount = { user: 'lienthong', password: 'mật khẩu dịch vụ', clientId: 'client', clientSecret: 'secret', pin: '246810', otp: '987654', credentialID: 'GX0112348' };

type Activation = { hashes: string[]; left: number; endsAt: number };
type Reply = { status: number; body: unknown; headers?: Record<string, string> };
type Input = Record<string, unknown>;

const SHA256 = '2.16.840.1.101.3.4.2.1';
const refuse = (error: string, description = '', status = 400): Reply => ({ status, body: { error, error_description: description } });

export async function testCscService(identity: { key: KeyObject; certificate: Buffer; chain: readonly Buffer[] }): Promise<TestCscService> {
  const tokens = new Map<string, 'service' | 'credential'>();
  const activations = new Map<string, Activation>();
  const handles = new Map<string, Activation>();
  const responses = new Map<string, string[]>();
  const grants = grantRules({ clientId: cscAccount.clientId, registered: () => service.redirects, credentialID: cscAccount.credentialID, multisign: () => service.behave.multisign });
  let wrongPins = 0;
  const codes: TestCodes = { sent: [], onDevice: cscAccount.otp, lastsMs: 60_000, pauseMs: 0 };
  const rules = codeRules(codes);
  const service: TestCscService = {
    url: (version) => `${origin}/csc/v${String(version)}`,
    oauth2Url: '',
    oauth2UrlOf: (version) => `${origin}/${version === 1 ? 'oauth2-v1' : 'oauth2'}`,
    released: [],
    asked: [],
    codes,
    redirects: [],
    behave: { mode: 'explicit', code: 'none', multisign: 10, confirmsElsewhere: false, keyStatus: 'enabled', next: undefined, dropAnswerOf: undefined },
    person: 'waits',
    forgetTokens: () => tokens.clear(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const issueToken = (scope: 'service' | 'credential', refresh = false): Reply => {
    const token = randomBytes(12).toString('hex');
    tokens.set(token, scope);
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3600, ...(refresh ? { refresh_token: grants.newRefreshToken() } : {}) } };
  };
  const activate = (hashes: string[], count: number): { SAD: string } => {
    const SAD = randomBytes(12).toString('hex');
    activations.set(SAD, { hashes, left: count, endsAt: performance.now() + 60_000 });
    return { SAD };
  };
  const checkFactors = (version: number, input: Input): Reply | undefined => {
    if (service.behave.mode !== 'explicit') return undefined;
    if (wrongPins >= 3) return refuse('invalid_request', 'Credential locked');
    // safe because a test's own client sends these shapes; anything else is refused below
    const data = (input['authData'] ?? []) as { id: string; value: string }[];
    const pin = version === 1 ? input['PIN'] : data.find(({ id }) => id === 'PIN')?.value;
    const otp = version === 1 ? input['OTP'] : data.find(({ id }) => id === 'OTP')?.value;
    const { code, pin: presence = 'true' } = service.behave;
    if (presence === 'false' ? pin !== undefined : pin !== cscAccount.pin && !(presence === 'optional' && pin === undefined)) {
      wrongPins += 1;
      return refuse(version === 1 ? 'invalid_pin' : 'invalid_authentication_data', 'The authentication data is invalid');
    }
    const fault = rules.check(code, otp);
    // Version 2 names no culprit among several factors (section 11.6).
    if (fault !== undefined && version === 2) return refuse('invalid_authentication_data', fault === 'expired' ? 'The OTP has expired' : 'The authentication data is invalid');
    if (fault !== undefined) return refuse('invalid_otp', fault === 'expired' ? 'The OTP has expired' : 'The OTP is invalid');
    wrongPins = 0;
    return undefined;
  };
  const hashesOf = (version: number, input: Input): string[] => {
    const given = input[version === 1 ? 'hash' : 'hashes'];
    return Array.isArray(given) ? given.map(String) : [];
  };
  const authorize = (version: number, input: Input): Reply => {
    const { behave } = service;
    if (behave.mode === 'oauth2code') return refuse('invalid_request', 'oauth2 authorization has to be used');
    if (input['credentialID'] !== cscAccount.credentialID) return refuse('invalid_request', 'Invalid parameter credentialID');
    const hashes = hashesOf(version, input);
    const count = Number(input['numSignatures']);
    if (hashes.length === 0 || count < hashes.length) return refuse('invalid_request', 'Missing (or invalid type) array parameter hash');
    if (count > behave.multisign) return refuse('invalid_request', 'Numbers of signatures is too high');
    if (version === 2 && input['hashAlgorithmOID'] !== SHA256) return refuse('invalid_request', 'Invalid parameter hashAlgorithmOID');
    const wrong = checkFactors(version, input);
    if (wrong !== undefined) return wrong;
    if (!behave.confirmsElsewhere) return { status: 200, body: activate(hashes, count) };
    const handle = randomBytes(8).toString('hex');
    handles.set(handle, { hashes, left: count, endsAt: 0 });
    return { status: 202, body: { handle } };
  };
  const sendCode = (version: number, input: Input): Reply => {
    const { code, hasSendOtp = false } = service.behave;
    if (input['credentialID'] !== cscAccount.credentialID) return refuse('invalid_request', 'Invalid parameter credentialID');
    if (version === 2 && !hasSendOtp && input['authObjectID'] !== 'OTP') return refuse('invalid_request', 'Invalid parameter authObjectID');
    if (code !== 'online' && code !== 'challenge') return refuse('invalid_request', 'The OTP is generated offline');
    const waitS = rules.send();
    if (waitS !== undefined) return { status: 429, body: { error: 'too_many_requests' }, headers: { 'retry-after': String(waitS) } };
    return code === 'challenge' ? { status: 200, body: { challenge: 'Mã số trên thẻ, ô B7?' } } : { status: 204, body: undefined };
  };
  const extend = (version: number, input: Input): Reply => {
    const sad = String(input['SAD']);
    const activation = activations.get(sad);
    const hashes = hashesOf(version, input);
    if (input['credentialID'] !== cscAccount.credentialID) return refuse('invalid_request', 'Invalid parameter credentialID');
    if (activation === undefined || performance.now() > activation.endsAt) return refuse('invalid_request', 'Invalid parameter SAD');
    if (hashes.length === 0 || hashes.length > activation.left) return refuse('invalid_request', 'Numbers of signatures is too high');
    activations.delete(sad);
    return { status: 200, body: activate(hashes, activation.left) };
  };
  const check = (input: Input): Reply => {
    const handle = String(input['handle']);
    const wanted = handles.get(handle);
    if (wanted === undefined) return refuse('invalid_request', 'Invalid parameter handle');
    if (service.person === 'waits') return { status: 202, body: { handle } };
    handles.delete(handle);
    if (service.person === 'refuses') return refuse('access_denied', 'The user refused');
    return { status: 200, body: activate(wanted.hashes, wanted.left) };
  };
  const signOne = (hash: string): string => {
    const digest = Buffer.from(hash, 'base64');
    return privateEncrypt({ key: identity.key, padding: constants.RSA_PKCS1_PADDING }, digestInfo('sha256', digest)).toString('base64');
  };
  const signHash = (version: number, input: Input): Reply => {
    const hashes = hashesOf(version, input);
    if (input['credentialID'] !== cscAccount.credentialID) return refuse('invalid_request', 'Invalid parameter credentialID');
    if (input[version === 1 ? 'hashAlgo' : 'hashAlgorithmOID'] !== SHA256 || input['signAlgo'] !== '1.2.840.113549.1.1.1') return refuse('invalid_request', 'Invalid parameter signAlgo');
    const sad = typeof input['SAD'] === 'string' ? input['SAD'] : '';
    const activation = activations.get(sad);
    if (activation === undefined) return refuse('invalid_request', 'Invalid parameter SAD');
    if (performance.now() > activation.endsAt) return refuse('invalid_request', 'SAD expired');
    if (hashes.length === 0 || hashes.length > activation.left || hashes.some((hash) => !activation.hashes.includes(hash))) return refuse('invalid_request', 'Hash is not authorized by the SAD');
    activation.left -= hashes.length;
    activation.hashes = activation.hashes.filter((hash) => !hashes.includes(hash));
    if (activation.left === 0) activations.delete(sad);
    const signatures = hashes.map(signOne);
    if (input['operationMode'] !== 'A') return { status: 200, body: { signatures } };
    const responseID = randomBytes(8).toString('hex');
    responses.set(responseID, signatures);
    return { status: 200, body: { responseID } };
  };
  const poll = (input: Input): Reply => {
    const signatures = responses.get(String(input['requestID']));
    if (signatures === undefined) return refuse('invalid_request', 'Invalid parameter requestID');
    if (service.person === 'waits') return { status: 202, body: { error: 'accepted_request' } };
    return service.person === 'refuses' ? refuse('access_denied', 'The user refused') : { status: 200, body: { signatures } };
  };
  const describe = (version: number, input: Input): Reply => {
    if (input['credentialID'] !== cscAccount.credentialID) return refuse('invalid_request', 'Invalid parameter credentialID');
    const { mode, code, multisign, keyStatus, hasSendOtp = false, pin = 'true' } = service.behave;
    const common = {
      key: { status: keyStatus, algo: ['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.11'], len: 2048 },
      cert: { status: 'valid', certificates: [identity.certificate, ...identity.chain].map((each) => each.toString('base64')) },
      multisign,
    };
    if (version === 1) return { status: 200, body: { ...common, authMode: mode, SCAL: '2', ...(mode === 'explicit' ? { PIN: { presence: pin, format: 'N' }, OTP: code === 'none' ? { presence: 'false' } : { presence: 'true', type: code === 'offline' ? 'offline' : 'online', format: 'N' } } : {}) } };
    const otp = code === 'offline' ? { type: 'Password', id: 'OTP', format: 'N', generator: 'totp' } : hasSendOtp ? { type: 'Password', id: 'OTP', format: 'N' } : { type: 'ChallengeResponse', id: 'OTP', format: 'N' };
    const objects = [...(pin === 'false' ? [] : [{ type: 'Password', id: 'PIN', format: 'N' }]), ...(code === 'none' ? [] : [otp])];
    return { status: 200, body: { ...common, SCAL: '2', auth: { mode, ...(mode === 'explicit' ? { expression: objects.map(({ id }) => id).join(' AND '), objects } : {}) } } };
  };
  const token = (input: Input, request: IncomingMessage): Reply => {
    if (request.url?.endsWith('/auth/login') === true) {
      const wanted = `Basic ${Buffer.from(`${cscAccount.user}:${cscAccount.password}`).toString('base64')}`;
      return request.headers.authorization === wanted ? issueToken('service') : refuse('invalid_token', 'wrong login', 401);
    }
    if (input['client_id'] !== cscAccount.clientId || input['client_secret'] !== cscAccount.clientSecret) return refuse('invalid_client', '', 401);
    if (input['grant_type'] === 'client_credentials') return issueToken('service');
    if (input['grant_type'] === 'refresh_token') return grants.refresh(input['refresh_token']) ? issueToken('service', true) : refuse('invalid_grant', 'Invalid parameter refresh_token');
    const granted = grants.redeem(input);
    if (granted === undefined) return refuse('invalid_grant', 'Invalid parameter code');
    if (granted.scope === 'service') return issueToken('service', true);
    const { grantsFirstOnly = false } = service.behave;
    const { SAD } = grantsFirstOnly ? activate(granted.hashes.slice(0, 1), 1) : activate(granted.hashes, granted.count);
    service.released.push(SAD);
    return { status: 200, body: { access_token: SAD, token_type: 'SAD', expires_in: 300 } };
  };
  const consent = (query: URLSearchParams, version: 1 | 2): Reply => {
    if (query.get('scope') === 'credential' && service.behave.mode !== 'oauth2code') return refuse('invalid_scope', 'The credential is authorized otherwise');
    const outcome = grants.consent(query, { version, person: service.person });
    return 'fault' in outcome ? refuse('invalid_request', `Invalid parameter ${outcome.fault}`) : { status: 302, body: undefined, headers: { location: outcome.location } };
  };
  const answer = (request: IncomingMessage, input: Input): Reply => {
    const url = new URL(request.url ?? '', 'http://service');
    const page = /^\/oauth2(-v1)?\/authorize$/.exec(url.pathname);
    if (page !== null) return consent(url.searchParams, page[1] === undefined ? 2 : 1);
    if (/^\/oauth2(?:-v1)?\/token$/.test(url.pathname) || url.pathname.endsWith('/auth/login')) return token(input, request);
    const match = /^\/csc\/v([12])\/(.+)$/.exec(url.pathname);
    const version = Number(match?.[1]);
    if (match?.[2] === 'info') return { status: 200, body: { specs: version === 1 ? '1.0.4.0' : '2.0.0.2', authType: ['basic', 'oauth2code', 'oauth2client'], methods: ['credentials/list', 'credentials/info', 'credentials/authorize', ...(version === 1 || service.behave.hasSendOtp === true ? ['credentials/sendOTP'] : []), 'signatures/signHash', ...(service.behave.extendsTransactions === true ? ['credentials/extendTransaction'] : [])], asynchronousOperationMode: version === 2 } };
    if (tokens.get(request.headers.authorization?.replace('Bearer ', '') ?? '') !== 'service') return refuse('invalid_token', '', 401);
    switch (match?.[2]) {
      case 'credentials/list':
        return { status: 200, body: { credentialIDs: [cscAccount.credentialID] } };
      case 'credentials/info':
        return describe(version, input);
      case 'credentials/authorize':
        return authorize(version, input);
      case version === 1 || service.behave.hasSendOtp === true ? 'credentials/sendOTP' : 'credentials/getChallenge':
        return sendCode(version, input);
      case 'credentials/extendTransaction':
        return extend(version, input);
      case 'credentials/authorizeCheck':
        return check(input);
      case 'signatures/signHash':
        return signHash(version, input);
      case 'signatures/signPolling':
        return version === 2 ? poll(input) : refuse('invalid_request', '', 404);
      default:
        return refuse('invalid_request', '', 404);
    }
  };
  const server: Server = createServer((request, reply) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const path = (request.url ?? '').replace(/^\/(?:csc\/v[12]|oauth2(?:-v1)?)\//, '').replace(/\?.*/, '');
      service.asked.push(path);
      const text = Buffer.concat(parts).toString('utf8');
      const isForm = request.headers['content-type']?.includes('urlencoded') === true;
      // safe because a body that is no object gives no fields
      const input = (isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text === '' ? '{}' : text)) as Input;
      const instead = service.behave.next?.path === path ? service.behave.next : undefined;
      if (instead !== undefined) service.behave.next = undefined;
      const { status, body, headers = {} }: Reply = instead ?? answer(request, input);
      if (service.behave.dropAnswerOf === path) {
        service.behave.dropAnswerOf = undefined;
        request.socket.destroy();
        return;
      }
      reply.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // safe because a TCP server has such an address
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  service.oauth2Url = `${origin}/oauth2`;
  return service;
}
