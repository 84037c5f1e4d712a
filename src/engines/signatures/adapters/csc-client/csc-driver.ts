import { z } from 'zod';
import type { CmsHash, CmsScheme } from '../../domain/cms/sign.ts';
import { certificateBytes, pssParameters, schemeOf, signatureValue } from '../signature-values.ts';
import { SigningDriverError, type AskedFor, type DriverCertificate, type SignOutcome, type PersonalAccess, type SignRequest, type SigningDriver } from '../signing-driver.ts';
import { ownAccess, type CodeAccess, type CscAccess } from './access.ts';
import { consentWith, withPersonalToken } from './consent.ts';
import { activationKey, openActivations, type Activations } from './activations.ts';
import { cscApi, isConsented, type CscApi, type CscCredential, type CscVersion } from './csc-api.ts';
import { assertUsable, hashOids, placeOf, type KeyPlace } from './key-place.ts';
import { askedBy, sendCode } from './one-time-code.ts';
import { carriesOn, keyOfRelease, releaseWith } from './release.ts';

export type CscSettings = {
  name: string;
  /** Ends in `/csc/v1` or `/csc/v2`. */
  baseUrl: string;
  version: CscVersion;
  access: CscAccess;
  /** Where people consent to single signatures, when it is not the way by which they let us in. */
  release?: Omit<CodeAccess, 'kind'> | undefined;
  /** Version 2: ask for signatures with operationMode A and fetch them later. */
  isAsynchronous?: boolean | undefined;
};

/** What a pending reference says: the person still confirms, or the service still signs. */
const pendingPlace = z.union([z.object({ handle: z.string() }), z.object({ responseID: z.string() })]);

const POLL_MS = 5000;

/**
 * Signs through a remote service that speaks the Cloud Signature Consortium API. The activation data are bound to exactly the
 * hashes of the request. For a credential whose mode is `oauth2code`, the secret is what the person's consent on the page of the service
 * brought (`release`).
 */
export function cscDriver(settings: CscSettings): SigningDriver {
  const api = cscApi(settings.baseUrl, settings.version);
  const withToken = tokenKeeper(settings);
  const activations = openActivations();
  const page = releasePageOf(settings);
  return {
    name: settings.name,
    ...(settings.access.kind === 'authorization-code' ? { consent: consentWith(settings.access) } : {}),
    ...(page === undefined ? {} : { release: releaseWith({ api, access: page, activations, withToken }) }),
    checksSecretHere: false,
    confirmsElsewhere: true,
    // A batch that does not bring the person's tokens is signed one by one, each with them.
    mostItems: async (credential) => (settings.access.kind === 'authorization-code' && credential.access === undefined ? 1 : withToken(credential.access, async (token) => (await api.credential(token, placeOf({ credential }).credentialID)).multisign)),
    asksFor: (credential) => withToken(credential.access, async (token) => askedBy(api, await api.credential(token, placeOf({ credential }).credentialID))),
    sendCode: (credential) => withToken(credential.access, (token) => sendCode(api, token, placeOf({ credential }).credentialID)),
    listCertificates: async ({ user, access }) => withToken(access, async (token) => listAll(api, token, user)),
    sign: async (request) => withToken(request.credential.access, (token) => begin(api, { token, settings, activations, request })),
    poll: async ({ reference, ...request }) => withToken(request.credential.access, (token) => goOn(api, { token, settings, activations, request: { ...request, secret: undefined } }, reference)),
  };
}

function releasePageOf({ access, release }: CscSettings): CodeAccess | undefined {
  if (release !== undefined) return { kind: 'authorization-code', ...release };
  return access.kind === 'authorization-code' ? access : undefined;
}

type Work = { token: string; settings: CscSettings; activations: Activations; request: SignRequest };
type WithToken = <Result>(personal: PersonalAccess | undefined, work: (token: string) => Promise<Result>) => Promise<Result>;

/** Keeps the installation's token; one that the service no longer takes is replaced once. */
function tokenKeeper({ baseUrl, access }: CscSettings): WithToken {
  if (access.kind === 'authorization-code') return (personal, work) => withPersonalToken(access, personal, work);
  let kept: { token: string; until: number } | undefined;
  const own = async (): Promise<string> => {
    // A monotonic clock: a machine whose clock is set keeps its token.
    if (kept !== undefined && performance.now() < kept.until) return kept.token;
    const { token, expiresInMs } = await ownAccess(baseUrl.replace(/\/+$/, ''), access);
    kept = { token, until: performance.now() + expiresInMs * 0.9 };
    return token;
  };
  return async (_, work) => {
    const isKept = kept !== undefined;
    try {
      return await work(await own());
    } catch (error) {
      if (!isKept || !(error instanceof SigningDriverError) || error.problem !== 'accountRefused') throw error;
      kept = undefined;
      return work(await own());
    }
  };
}

/** So many in a row that cannot be described are no bad credentials but a service that is away; each may take as long as a call may last. */
const MOST_FAILED_IN_A_ROW = 3;

/** One credential that the service lists and then cannot describe hides no other one; when all fail, or many in a row, the reason is thrown. */
async function listAll(api: CscApi, token: string, user: string | undefined): Promise<DriverCertificate[]> {
  const found: DriverCertificate[] = [];
  let failure: SigningDriverError | undefined;
  let failedInARow = 0;
  for (const credentialID of await api.list(token, user)) {
    try {
      const described = await api.credential(token, credentialID);
      found.push(...describeOne(described, { place: { credentialID, ...(user === undefined ? {} : { user }) }, asked: await askedBy(api, described) }));
      failedInARow = 0;
    } catch (error) {
      // Our own access is the same for all of them, and is renewed by the caller.
      if (!(error instanceof SigningDriverError) || error.problem === 'accountRefused') throw error;
      failure ??= error;
      failedInARow += 1;
      if (failedInARow === MOST_FAILED_IN_A_ROW) throw error;
    }
  }
  if (found.length === 0 && failure !== undefined) throw failure;
  return found;
}

function describeOne({ certificates, isEnabled }: CscCredential, { place, asked }: { place: KeyPlace; asked: AskedFor }): DriverCertificate[] {
  const [certificate, ...chain] = certificates.map(certificateBytes).filter((each) => each !== undefined);
  return certificate === undefined ? [] : [{ certificate, chain, container: Buffer.from(JSON.stringify(place)), isUsable: isEnabled, asked }];
}

async function begin(api: CscApi, work: Work): Promise<SignOutcome> {
  const { token, request } = work;
  const { credentialID } = placeOf(request);
  const described = await api.credential(token, credentialID);
  assertUsable(described, request.credential);
  const isTooLarge = request.items.length > described.multisign;
  // Each part would be answered under a reference of its own, and there is room for one.
  if (isTooLarge && isAnsweredLater(api, work)) throw new SigningDriverError('unavailable', { detail: 'the service signs no batch of this size later' });
  // Nested signatures need one authorisation each; a batch is split by what one authorisation covers.
  const signatures: Buffer[] = [];
  for (let from = 0; from < request.items.length; from += described.multisign) {
    const part = { ...work, request: { ...request, items: request.items.slice(from, from + described.multisign) } };
    const sad = await authorize(api, part, described);
    if (sad !== undefined && 'handle' in sad) {
      if (isTooLarge) throw new SigningDriverError('unavailable', { detail: 'the service confirms no batch of this size' });
      return pending({ handle: sad.handle });
    }
    const outcome = await signNow(api, part, { sad: sad?.sad, described });
    if (outcome.state === 'pending') return outcome;
    signatures.push(...outcome.signatures);
  }
  return { state: 'signed', signatures };
}

function isAnsweredLater({ version }: CscApi, { settings }: Pick<Work, 'settings'>): boolean {
  return settings.isAsynchronous === true && version === 2;
}

type Authorized = { sad: string } | { handle: string } | undefined;

async function authorize(api: CscApi, work: Work, described: CscCredential): Promise<Authorized> {
  const { secret, otp, items, followedBy = 0 } = work.request;
  if (isConsented(described.mode)) return { sad: await released(api, work, described) };
  const authData = typedFor(described, { secret, otp });
  const code = authData.find(({ kind }) => kind === 'OTP')?.value;
  const key = code === undefined ? undefined : activationKey(placeOf(work.request).credentialID, { secret, code });
  if (key === undefined) return askToAuthorize(api, work, { authData, count: items.length });
  const opened = work.activations.take(key, items.length);
  const count = items.length + followedBy;
  if (opened === undefined && count > described.multisign) throw new SigningDriverError('unavailable', { detail: 'one code covers fewer signatures than this act takes' });
  const authorized = opened === undefined ? await askWithCode(api, work, { authData, count, key, isCodeAlone: authData.length === 1 }) : { sad: await extend(api, work, opened.sad) };
  if ('sad' in authorized) work.activations.keep(key, { sad: authorized.sad, left: opened?.left ?? followedBy });
  return authorized;
}

/** What the consent brought, or what follows from it for the next signature of the same act. */
async function released(api: CscApi, work: Work, described: CscCredential): Promise<string> {
  const { credential, secret, items, followedBy = 0 } = work.request;
  if (secret === undefined || secret === '') throw new SigningDriverError(releasePageOf(work.settings) === undefined ? 'releaseImpossible' : 'releaseMissing');
  const key = keyOfRelease(credential, secret);
  const opened = work.activations.take(key, items.length);
  const sad = opened === undefined ? secret : await asSpent(() => extend(api, work, opened.sad));
  const left = opened?.left ?? ((await carriesOn(api, described, items.length + followedBy)) ? followedBy : 0);
  work.activations.keep(key, { sad, left });
  return sad;
}

/** A service that does not take the activation data says so in words of its own for each call; nothing else is wrong with the key. */
async function asSpent<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isSpent = error instanceof SigningDriverError && !error.isUncertain && /\bSAD\b/.test(error.message);
    throw isSpent ? new SigningDriverError('releaseSpent', { cause: error, detail: error.message }) : error;
  }
}

type AuthData = Parameters<CscApi['authorize']>[1]['authData'];

/** @throws SigningDriverError `secretMissing` · `codeMissing` */
function typedFor({ wants }: CscCredential, { secret, otp }: { secret: string | undefined; otp: string | undefined }): AuthData {
  // Screens that have one place to type: where no PIN is wanted beside it, what stands there is the one-time code.
  const isCodeAlone = wants.length > 0 && wants.every(({ kind }) => kind === 'OTP');
  const typed = { PIN: secret, OTP: otp === undefined || otp === '' ? (isCodeAlone ? secret : undefined) : otp };
  return wants.flatMap(({ id, kind, isOptional }): AuthData => {
    if (kind === 'elsewhere') return [{ id, kind, value: undefined }];
    const value = typed[kind];
    if (value !== undefined && value !== '') return [{ id, kind, value }];
    if (isOptional) return [];
    throw new SigningDriverError(kind === 'OTP' ? 'codeMissing' : 'secretMissing');
  });
}

function askToAuthorize(api: CscApi, { token, request }: Work, { authData, count }: { authData: AuthData; count: number }): Promise<{ sad: string } | { handle: string }> {
  const { items, hash, description, transactionId } = request;
  return api.authorize(token, { credentialID: placeOf(request).credentialID, hashes: items.map(({ digest }) => digest), hashOid: hashOids[hash], description, clientData: transactionId, authData, count });
}

/** Says of a code that is refused whether it is wrong or was used, as far as that can be told: version 2 names no culprit among several factors. */
async function askWithCode(api: CscApi, work: Work, { key, isCodeAlone, ...asked }: { authData: AuthData; count: number; key: string; isCodeAlone: boolean }): Promise<{ sad: string } | { handle: string }> {
  try {
    const authorized = await askToAuthorize(api, work, asked);
    work.activations.noteUse(key);
    return authorized;
  } catch (error) {
    if (!(error instanceof SigningDriverError) || (error.problem !== 'wrongSecret' && error.problem !== 'wrongCode')) throw error;
    if (work.activations.wasUsed(key)) throw new SigningDriverError('codeUsed', { cause: error });
    throw isCodeAlone ? new SigningDriverError('wrongCode', { cause: error }) : error;
  }
}

function extend(api: CscApi, { token, request }: Work, sad: string): Promise<string> {
  const { items, hash, transactionId } = request;
  return api.extend(token, { credentialID: placeOf(request).credentialID, hashes: items.map(({ digest }) => digest), hashOid: hashOids[hash], sad, clientData: transactionId });
}

async function signNow(api: CscApi, { token, settings, request }: Work, { sad, described }: { sad: string | undefined; described: CscCredential }): Promise<SignOutcome> {
  const { hash, items, transactionId } = request;
  const scheme = request.scheme ?? schemeOf(request.credential.certificate);
  const ask = (): ReturnType<CscApi['signHash']> => api.signHash(token, {
    credentialID: placeOf(request).credentialID,
    sad,
    hashes: items.map(({ digest }) => digest),
    hashOid: hashOids[hash],
    signAlgo: algorithmOf(described, scheme, hash),
    signAlgoParams: scheme === 'rsa-pss' ? pssParameters(hash) : undefined,
    clientData: transactionId,
    isAsynchronous: isAnsweredLater(api, { settings }),
  });
  const outcome = await (isConsented(described.mode) ? asSpent(ask) : ask());
  return 'responseID' in outcome ? pending({ responseID: outcome.responseID }) : signedBy(outcome.signatures, request, scheme);
}

async function goOn(api: CscApi, work: Work, reference: string): Promise<SignOutcome> {
  const place = pendingPlace.parse(JSON.parse(reference));
  const { token, request } = work;
  const scheme = request.scheme ?? schemeOf(request.credential.certificate);
  if ('responseID' in place) {
    const signatures = await api.signPolling(token, place.responseID);
    return signatures === undefined ? pending(place) : signedBy(signatures, request, scheme);
  }
  const sad = await api.authorizeCheck(token, place.handle);
  if ('handle' in sad) return pending({ handle: sad.handle });
  return signNow(api, work, { sad: sad.sad, described: await api.credential(token, placeOf(request).credentialID) });
}

function pending(place: z.infer<typeof pendingPlace>): SignOutcome {
  return { state: 'pending', reference: JSON.stringify(place), pollAfterMs: POLL_MS };
}

function signedBy(values: readonly string[], { items }: SignRequest, scheme: CmsScheme): SignOutcome {
  if (values.length !== items.length) throw new SigningDriverError('unavailable', { detail: 'the number of signatures' });
  return { state: 'signed', signatures: values.map((value) => signatureValue(value, scheme)) };
}

const rsaWith: Record<CmsHash, string> = { sha256: '1.2.840.113549.1.1.11', sha384: '1.2.840.113549.1.1.12', sha512: '1.2.840.113549.1.1.13' };
const ecdsaWith: Record<CmsHash, string> = { sha256: '1.2.840.10045.4.3.2', sha384: '1.2.840.10045.4.3.3', sha512: '1.2.840.10045.4.3.4' };

/** The first of the key's algorithms that makes what we want; services name RSA in two ways. */
function algorithmOf({ algorithms }: CscCredential, scheme: CmsScheme, hash: CmsHash): string {
  const wanted = { 'rsa-pkcs1': ['1.2.840.113549.1.1.1', rsaWith[hash]], 'rsa-pss': ['1.2.840.113549.1.1.10'], ecdsa: [ecdsaWith[hash], '1.2.840.10045.2.1'] }[scheme];
  const found = wanted.find((each) => algorithms.includes(each));
  if (found === undefined) throw new SigningDriverError('unavailable', { detail: `the key cannot sign with ${scheme} and ${hash}` });
  return found;
}
