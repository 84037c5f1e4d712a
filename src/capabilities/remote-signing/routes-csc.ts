import { setTimeout as pause } from 'node:timers/promises';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Route } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { postsOfPerson, relyingParty, type PersonId } from '#engines/identity/index.ts';
import { readAuthorizations, type Authorization } from './authorizations.ts';
import { authenticateClient, issueToken, renewLogin, revokeToken, type Caller } from './clients.ts';
import { askAuthorization } from './commands/ask-authorization.ts';
import { recordRefusedRelease, releaseSignatures, type Released, type ReleaseSignatures } from './commands/release-signatures.ts';
import { openMethod, tokenMethod, type CscReply } from './csc-call.ts';
import { CscError, invalid } from './csc-errors.ts';
import { assertCount, documentNamesOf, hashAlgorithmOf, hashesOf, optionalText, placeIn, signatureWay, textOf, wordIn, type CscInput, type CscVersion } from './csc-input.ts';
import { describeCredential, waysOf } from './credential-info.ts';
import { listOwnCredentials } from './queries/list-csc-credentials.ts';
import { activationData, nameOf, signatureAlgorithms } from './domain/activation.ts';
import { FIRST_VERSION_WAIT_MS } from './limits.ts';
import { findCredential, listEnrolments, type Credential, type Enrolment } from './ownership.ts';
import { fetchResponse } from './queries/fetch-response.ts';
import { revokeReply, tokenReply } from './tokens.ts';

const common = ['auth/login', 'auth/revoke', 'oauth2/authorize', 'oauth2/token', 'oauth2/revoke', 'credentials/list', 'credentials/info', 'credentials/authorize', 'signatures/signHash'];
const VERSIONS = [1, 2] as const;
/** Methods of the specification that are not offered, and why. */
const BY_PASSKEY = 'the owner confirms with a passkey, and each authorization covers its own hashes';
const ONLY_HASHES = 'hash values are signed, and nothing else';
const notOffered: Readonly<Record<CscVersion, Readonly<Record<string, string>>>> = {
  1: { 'credentials/extendTransaction': BY_PASSKEY, 'credentials/sendOTP': BY_PASSKEY, 'signatures/timestamp': ONLY_HASHES },
  2: { 'credentials/extendTransaction': BY_PASSKEY, 'credentials/sendOTP': BY_PASSKEY, 'credentials/getChallenge': BY_PASSKEY, 'signatures/signDoc': ONLY_HASHES, 'signatures/timestamp': ONLY_HASHES },
};

/** Cloud Signature Consortium API 2.0, and 1.0.4 for those that still speak it. */
export const cscRoutes: readonly Route[] = [
  ...VERSIONS.flatMap((version) => methodsOf(version)),
  tokenMethod({ url: '/csc/v2/credentials/authorizeCheck', version: 2, summary: 'CSC: whether the owner has answered a request.', answer: ({ http, caller, input }) => checkAuthorization(http.kernel, caller, input) }),
  tokenMethod({ url: '/csc/v2/signatures/signPolling', version: 2, summary: 'CSC: fetches signatures that were asked for asynchronously; may be repeated.', answer: ({ http, caller, input }) => pollSignatures(http.kernel, caller, input) }),
  ...VERSIONS.flatMap((version) =>
    Object.entries(notOffered[version]).map(([name, why]) =>
      tokenMethod({
        url: `/csc/v${String(version)}/${name}`,
        version,
        summary: 'CSC: says that the method is not offered, and why.',
        answer: () => Promise.reject(new CscError('invalid_request', `This service does not offer ${name}: ${why}`, 501)),
      }),
    ),
  ),
];

function methodsOf(version: CscVersion): Route[] {
  const base = `/csc/v${String(version)}`;
  return [
    openMethod({
      url: `${base}/info`,
      version,
      summary: 'CSC: what this service is and can do.',
      answer: ({ http }) => Promise.resolve({ body: information(version, relyingParty(http.kernel, http.request).origin) }),
    }),
    openMethod({ url: `${base}/auth/login`, version, summary: 'CSC: a token for an application’s own name and secret.', answer: ({ http, input }) => logIn(http, input) }),
    openMethod({ url: `${base}/oauth2/token`, version, summary: 'OAuth 2.0: a token for a secret, a code or a refresh token.', answer: ({ http, input }) => tokenReply(http, input) }),
    openMethod({ url: `${base}/oauth2/revoke`, version, summary: 'OAuth 2.0: ends a token of the application.', answer: ({ http, input }) => revokeReply(http, input) }),
    tokenMethod({
      url: `${base}/auth/revoke`,
      version,
      summary: 'CSC: ends a token of the application; with a refresh token those that came of it.',
      answer: async ({ http, caller, input }) => {
        await revokeToken(http.kernel, caller.client, textOf(input, 'token'));
        return {};
      },
    }),
    tokenMethod({ url: `${base}/credentials/list`, version, summary: 'CSC: the credentials of a user that are open to remote signing.', answer: async ({ http, caller, input }) => ({ body: await listOwnCredentials(http.kernel, caller, { version, input }) }) }),
    tokenMethod({
      url: `${base}/credentials/info`,
      version,
      summary: 'CSC: one credential, its certificates and what its key does.',
      answer: async ({ http, caller, input }) => {
        const certificates = wordIn(input, 'certificates', ['none', 'single', 'chain']);
        const { credential } = await credentialOf(http.kernel, caller, input);
        return { body: describeCredential(credential, { version, certificates, hasNames: input['certInfo'] === true, now: http.kernel.clock.now() }) };
      },
    }),
    tokenMethod({ url: `${base}/credentials/authorize`, version, summary: 'CSC: asks the owner to sign exactly these hashes.', answer: ({ http, caller, input }) => authorize(http.kernel, caller, { version, input }) }),
    tokenMethod({ url: `${base}/signatures/signHash`, version, summary: 'CSC: hands out the signatures that the owner approved.', answer: ({ http, caller, input }) => signHash(http.kernel, caller, { version, input }) }),
  ];
}

/** Required, and empty: what is made of a signature value is up to the application. */
const NO_DOCUMENTS = { signature_formats: { formats: [], envelope_properties: [] }, conformance_levels: [] };

function information(version: CscVersion, origin: string): object {
  return {
    specs: version === 1 ? '1.0.4.0' : '2.0.0.2',
    name: 'Liên Thông',
    logo: `${origin}/app/sign.svg`,
    region: 'VN',
    lang: 'vi-VN',
    description: 'Ký số từ xa: chủ chứng thư số xác nhận từng lần ký bằng khóa truy cập và mã PIN.',
    authType: ['basic', 'oauth2code', 'oauth2client'],
    oauth2: `${origin}/csc/v${String(version)}`,
    methods: version === 1 ? common : [...common, 'credentials/authorizeCheck', 'signatures/signPolling'],
    ...(version === 1 ? {} : { asynchronousOperationMode: true, signAlgorithms: { algos: [...signatureAlgorithms({ isEc: false, hasPss: true }), ...signatureAlgorithms({ isEc: true, hasPss: false })] }, ...NO_DOCUMENTS }),
  };
}

async function logIn(http: Parameters<typeof tokenReply>[0], input: CscInput): Promise<CscReply> {
  const renewed = optionalText(input, 'refresh_token');
  if (renewed !== undefined && http.request.headers.authorization === undefined) return { body: await renewLogin(http.kernel, renewed) };
  const given = /^Basic ([A-Za-z0-9+/=]{1,1000})$/.exec(http.request.headers.authorization ?? '')?.[1];
  const [id = '', ...secret] = Buffer.from(given ?? '', 'base64').toString('utf8').split(':');
  const client = await authenticateClient(http.kernel, { id, secret: secret.join(':'), ip: http.ip });
  return { body: await issueToken(http.kernel, { clientId: client.id, personId: null, isLasting: input['rememberMe'] === true }) };
}

/** The credential that a call names, when its owner opened it and, with a person's token, is that person. */
function credentialOf(kernel: Kernel, { personId }: Caller, input: CscInput): Promise<OpenCredential> {
  return openCredential(kernel, { ...placeIn(input, 'credentialID'), personId }, 'credentialID');
}

type OpenCredential = { enrolment: Enrolment; credential: Credential };

/** @throws CscError invalid_request naming the parameter that led to it */
async function openCredential({ database }: Kernel, { agencyId, id, personId }: { agencyId: string; id: string; personId: string | null }, parameter: string): Promise<OpenCredential> {
  const [enrolment] = await listEnrolments(database.pool, { agencyId, credentialId: id, personId });
  const credential = enrolment === undefined ? undefined : await findCredential(database.pool, { agencyId, id });
  if (enrolment === undefined || credential === undefined) throw invalid(parameter);
  return { enrolment, credential };
}

/** Its certificate is in force, its PIN is not locked, and its owner is still with the agency. */
async function assertEnabled({ database, clock }: Kernel, { enrolment, credential }: OpenCredential): Promise<void> {
  const { state, valid_from: from, valid_to: to, locked_at: lockedAt } = credential;
  const now = clock.now();
  // safe because enrolments hold ids of people only
  const posts = await postsOfPerson(database.pool, enrolment.personId as PersonId, vietnamDay(now));
  const isThere = posts.some(({ agencyId }) => agencyId === enrolment.agencyId);
  if (state !== 'active' || now >= to || now < from || lockedAt !== null || !isThere) throw new CscError('invalid_request', 'The credential is disabled');
}

type Asked = { version: CscVersion; input: CscInput };

async function authorize(kernel: Kernel, caller: Caller, { version, input }: Asked): Promise<CscReply> {
  // Without this scope an application sees certificates and asks for nothing.
  if (!caller.client.scopes.includes('credential')) throw new CscError('access_denied', 'The application is not registered to ask for signatures', 403);
  const { enrolment, credential } = await credentialOf(kernel, caller, input);
  await assertEnabled(kernel, { enrolment, credential });
  const hashes = hashesOf(input, version);
  assertCount(input['numSignatures'], hashes);
  const hash = hashAlgorithmOf(hashes, { input, version });
  const request = { client: caller.client, enrolment, hash, hashes, documentNames: documentNamesOf(input), description: optionalText(input, 'description') ?? null, clientData: optionalText(input, 'clientData') ?? '' };
  const asked = await run(kernel, askAuthorization, request, { actor: systemActor(caller.client.name) });
  return version === 1 ? waitForOwner(kernel, asked) : replyTo(kernel, asked);
}

/** Version 1 has no way to ask later, so that the call waits; whoever repeats it goes on waiting for the same request. */
async function waitForOwner(kernel: Kernel, asked: Authorization): Promise<CscReply> {
  const until = performance.now() + FIRST_VERSION_WAIT_MS;
  let present: Authorization | undefined = asked;
  while (present?.state === 'waiting' && performance.now() < until) {
    await pause(250);
    [present] = await readAuthorizations(kernel.database.pool, { agencyId: asked.agencyId, ids: [asked.id] });
  }
  if (present === undefined || present.state === 'waiting') throw new CscError('invalid_request', 'The owner has not answered yet: timed out. Repeat the call to go on waiting');
  return replyTo(kernel, present);
}

function replyTo({ config, clock }: Kernel, request: Authorization): CscReply {
  const now = clock.now();
  if (request.state === 'refused') throw new CscError('access_denied', 'The user refused');
  if (request.state === 'expired' || (request.state === 'waiting' && request.expiresAt <= now)) throw new CscError('invalid_request', 'The authorization timed out');
  const place = { agencyId: request.agencyId, id: request.id };
  if (request.state === 'waiting') return { status: 202, body: { handle: nameOf(place) } };
  if (request.usableUntil === null || request.usableUntil <= now) throw new CscError('invalid_request', 'SAD expired');
  return { body: { SAD: activationData(config.appSecret, place), expiresIn: Math.floor((request.usableUntil.getTime() - now.getTime()) / 1000) } };
}

async function checkAuthorization(kernel: Kernel, { client, personId }: Caller, input: CscInput): Promise<CscReply> {
  const { agencyId, id } = placeIn(input, 'handle');
  const [request] = await readAuthorizations(kernel.database.pool, { agencyId, ids: [id] });
  if (request?.clientId !== client.id || (personId !== null && request.personId !== personId)) throw invalid('handle');
  return replyTo(kernel, request);
}

async function signHash(kernel: Kernel, caller: Caller, { version, input }: Asked): Promise<CscReply> {
  const { enrolment, credential } = await credentialOf(kernel, caller, input);
  // Revoked, or its owner gone, since the approval: the signature must not go out.
  await assertEnabled(kernel, { enrolment, credential });
  const hashes = hashesOf(input, version);
  const hash = hashAlgorithmOf(hashes, { input, version, signAlgo: optionalText(input, 'signAlgo') });
  const { isPss } = signatureWay(input, { ...waysOf(credential), hash });
  const mode = version === 1 ? 'S' : (wordIn(input, 'operationMode', ['S', 'A']) ?? 'S');
  const { agencyId, credentialId } = enrolment;
  const wanted = { clientId: caller.client.id, agencyId, credentialId, activationData: textOf(input, 'SAD'), hash, hashes, isPss, isAsynchronous: mode === 'A' };
  const { responseId, signatures } = await release(kernel, wanted, caller.client.name);
  return { body: mode === 'A' ? { responseID: nameOf({ agencyId, id: responseId }) } : { signatures: signatures.map((each) => each.toString('base64')) } };
}

/** Hands out, or leaves in the record that it did not. @throws CscError as `releaseSignatures` */
async function release(kernel: Kernel, wanted: ReleaseSignatures, clientName: string): Promise<Released> {
  const options = { actor: systemActor(clientName) };
  try {
    return await run(kernel, releaseSignatures, wanted, options);
  } catch (error) {
    if (error instanceof CscError) await run(kernel, recordRefusedRelease, { clientName, activationData: wanted.activationData, reason: error.description }, options);
    throw error;
  }
}

async function pollSignatures(kernel: Kernel, { client, personId }: Caller, input: CscInput): Promise<CscReply> {
  const name = input['requestID'] === undefined ? 'responseID' : 'requestID';
  const place = placeIn(input, name);
  const found = await fetchResponse(kernel, { ...place, clientId: client.id, personId });
  if (found === undefined) throw invalid(name);
  // Revoked, closed, or its owner gone, since the application said that it fetches the answer later: as with signHash, it must not go out.
  await assertEnabled(kernel, await openCredential(kernel, { agencyId: place.agencyId, id: found.credentialId, personId }, name));
  return { body: { signatures: found.signatures.map((each) => each.toString('base64')) } };
}
