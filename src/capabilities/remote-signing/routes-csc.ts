import { setTimeout as pause } from 'node:timers/promises';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Route } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { postsOfPerson, relyingParty, type PersonId } from '#engines/identity/index.ts';
import { readAuthorizations, type Authorization } from './authorizations.ts';
import { authenticateClient, issueToken, type Caller } from './clients.ts';
import { askAuthorization } from './commands/ask-authorization.ts';
import { releaseSignatures } from './commands/release-signatures.ts';
import { openMethod, tokenMethod, type CscReply } from './csc-call.ts';
import { CscError, invalid } from './csc-errors.ts';
import { assertSignatureAlgorithm, documentNamesOf, hashAlgorithmOf, hashesOf, optionalText, placeIn, textOf, type CscInput, type CscVersion } from './csc-input.ts';
import { describeCredential, isEcKey } from './credential-info.ts';
import { activationData, nameOf, signatureAlgorithms } from './domain/activation.ts';
import { FIRST_VERSION_WAIT_MS } from './limits.ts';
import { findCredential, listEnrolments, type Credential, type Enrolment } from './ownership.ts';
import { fetchResponse } from './queries/fetch-response.ts';
import { tokenReply } from './tokens.ts';

const common = ['auth/login', 'oauth2/authorize', 'oauth2/token', 'credentials/list', 'credentials/info', 'credentials/authorize', 'signatures/signHash'];
const VERSIONS = [1, 2] as const;

/** Cloud Signature Consortium API 2.0, and 1.0.4 for those that still speak it. */
export const cscRoutes: readonly Route[] = [
  ...VERSIONS.flatMap((version) => methodsOf(version)),
  tokenMethod({ url: '/csc/v2/credentials/authorizeCheck', version: 2, summary: 'CSC: whether the owner has answered a request.', answer: ({ http, caller, input }) => checkAuthorization(http.kernel, caller, input) }),
  tokenMethod({ url: '/csc/v2/signatures/signPolling', version: 2, summary: 'CSC: fetches signatures that were asked for asynchronously; may be repeated.', answer: ({ http, caller, input }) => pollSignatures(http.kernel, caller, input) }),
  ...['credentials/extendTransaction', 'credentials/sendOTP'].map((name) =>
    tokenMethod({
      url: `/csc/v1/${name}`,
      version: 1,
      summary: 'CSC: says that the method is not offered; owners confirm with a passkey.',
      answer: () => Promise.reject(new CscError('invalid_request', `This service does not offer ${name}: the owner confirms with a passkey, and each authorization covers its own hashes`, 501)),
    }),
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
    tokenMethod({ url: `${base}/credentials/list`, version, summary: 'CSC: the credentials of a user that are open to remote signing.', answer: ({ http, caller, input }) => listCredentialIds(http.kernel, caller, input) }),
    tokenMethod({
      url: `${base}/credentials/info`,
      version,
      summary: 'CSC: one credential, its certificates and what its key does.',
      answer: async ({ http, caller, input }) => {
        const { credential } = await credentialOf(http.kernel, caller, input);
        return { body: describeCredential(credential, { version, input, now: http.kernel.clock.now() }) };
      },
    }),
    tokenMethod({ url: `${base}/credentials/authorize`, version, summary: 'CSC: asks the owner to sign exactly these hashes.', answer: ({ http, caller, input }) => authorize(http.kernel, caller, { version, input }) }),
    tokenMethod({ url: `${base}/signatures/signHash`, version, summary: 'CSC: hands out the signatures that the owner approved.', answer: ({ http, caller, input }) => signHash(http.kernel, caller, { version, input }) }),
  ];
}

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
    ...(version === 1 ? {} : { asynchronousOperationMode: true, signAlgorithms: { algos: [...signatureAlgorithms(false), ...signatureAlgorithms(true)] } }),
  };
}

async function logIn(http: Parameters<typeof tokenReply>[0], input: CscInput): Promise<CscReply> {
  const given = /^Basic ([A-Za-z0-9+/=]{1,1000})$/.exec(http.request.headers.authorization ?? '')?.[1];
  const [id = '', ...secret] = Buffer.from(given ?? '', 'base64').toString('utf8').split(':');
  const client = await authenticateClient(http.kernel, { id, secret: secret.join(':'), ip: http.ip });
  return { body: await issueToken(http.kernel, { clientId: client.id, personId: null, isLasting: input['rememberMe'] === true }) };
}

async function listCredentialIds({ database }: Kernel, { personId }: Caller, input: CscInput): Promise<CscReply> {
  const userName = optionalText(input, 'userID', 200);
  // An application in its own name says whose credentials it means; a person's token means that person's.
  if (personId === null && userName === undefined) throw new CscError('invalid_request', 'Missing parameter userID');
  if (personId !== null && userName !== undefined) throw invalid('userID');
  const found = await listEnrolments(database.pool, { personId, ...(userName === undefined ? {} : { userName }) });
  const most = Math.min(Math.max(1, Number(input['maxResults'] ?? 100) || 100), 100);
  const after = optionalText(input, 'pageToken') ?? '';
  const names = found.map(({ agencyId, credentialId }) => nameOf({ agencyId, id: credentialId })).filter((name) => name > after);
  const page = names.slice(0, most);
  return { body: { credentialIDs: page, ...(names.length > most ? { nextPageToken: page.at(-1) } : {}) } };
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
  const hash = hashAlgorithmOf(hashes, { oid: optionalText(input, version === 1 ? 'hashAlgo' : 'hashAlgorithmOID') });
  if (Number(input['numSignatures']) !== hashes.length) throw invalid('numSignatures');
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
  const oid = optionalText(input, version === 1 ? 'hashAlgo' : 'hashAlgorithmOID');
  const hash = hashAlgorithmOf(hashes, { oid, signAlgo: optionalText(input, 'signAlgo') });
  assertSignatureAlgorithm(input, { isEc: isEcKey(credential), hash });
  const mode = version === 1 ? 'S' : (optionalText(input, 'operationMode') ?? 'S');
  if (mode !== 'S' && mode !== 'A') throw invalid('operationMode');
  const { agencyId, credentialId } = enrolment;
  const wanted = { clientId: caller.client.id, agencyId, credentialId, activationData: textOf(input, 'SAD'), hash, hashes, isAsynchronous: mode === 'A' };
  const { responseId, signatures } = await run(kernel, releaseSignatures, wanted, { actor: systemActor(caller.client.name) });
  return { body: mode === 'A' ? { responseID: nameOf({ agencyId, id: responseId }) } : { signatures: signatures.map((each) => each.toString('base64')) } };
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
