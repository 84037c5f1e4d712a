/** Keys of the authority, wherever they are held, and what they sign. */
import { sign as signHere, type KeyObject } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { draftCertificate, generateKey, type KeyKind, type LeafRequest } from '../../domain/pki/authority.ts';
import { parseCertificate, type Certificate } from '../../domain/pki/certificate.ts';
import { sealDraft, type Draft } from '../../domain/pki/draft.ts';
import { draftOcspResponse, sealOcspResponse, type NewOcspResponse } from '../../domain/pki/ocsp-responder.ts';
import { draftRevocationList, type NewRevocationList } from '../../domain/pki/revocation-list.ts';
import { createTimestampAuthority, grantToken, timestampForm, type TokenRequest } from '../../domain/pki/timestamp-authority.ts';
import { signingServices } from '../../purposes.ts';
import { SigningDriverError, type DriverProblem, type OwnKeys } from '../signing-driver.ts';
import { authorityErrors } from './errors.ts';

/** Where a key stands in a token: the name that SIGNING_SERVICES gives it, and the id under which it knows the key. */
export type TokenPlace = { holder: string; keyId: string };

export type HeldKey = {
  /** The key itself where it is in this process; undefined for one in a token. */
  privateKey: KeyObject | undefined;
  place: TokenPlace | undefined;
  /** @throws signatures.authorityTokenUnavailable */
  sign: (hash: 'sha256' | 'sha384', data: Buffer) => Promise<Buffer>;
};

export type AuthorityKey = HeldKey & { certificate: Certificate; chain: readonly Certificate[] };

/** A key that this process holds. */
export function keyAtHand(privateKey: KeyObject): HeldKey {
  return { privateKey, place: undefined, sign: (hash, data) => Promise.resolve(signHere(hash, data, privateKey)) };
}

/** A key in a token. Nothing is contacted before the first signature, so that a token that is away stops nothing else. */
export function keyInToken(kernel: Kernel, place: TokenPlace, publicKey: KeyObject): HeldKey {
  return {
    privateKey: undefined,
    place,
    sign: (hash, data) => withToken(kernel, place.holder, (keys) => keys.sign({ keyId: place.keyId, publicKey }, { hash, data })),
  };
}

/** Makes a key pair here, or in a token. @throws signatures.authorityTokenUnavailable */
export async function makeKey(kernel: Kernel, { holder, kind, label }: { holder: string | undefined; kind: KeyKind; label: string }): Promise<HeldKey & { publicKey: KeyObject }> {
  if (holder === undefined) {
    const { publicKey, privateKey } = await generateKey(kind);
    return { ...keyAtHand(privateKey), publicKey };
  }
  const { keyId, publicKey } = await withToken(kernel, holder, (keys) => keys.generate(kind, label));
  return { ...keyInToken(kernel, { holder, keyId }, publicKey), publicKey };
}

const WHY: Partial<Record<DriverProblem, { vi: string; en: string }>> = {
  deviceMissing: { vi: 'không thấy thiết bị', en: 'the device is not there' },
  deviceRemoved: { vi: 'thiết bị bị rút ra', en: 'the device was pulled out' },
  wrongSecret: { vi: 'mã PIN trong SIGNING_SERVICES không đúng', en: 'the PIN in SIGNING_SERVICES is wrong' },
  secretLocked: { vi: 'thiết bị đã khóa vì sai mã PIN', en: 'the device is locked after wrong PINs' },
  secretExpired: { vi: 'mã PIN của thiết bị phải đổi', en: 'the PIN of the device has to be changed' },
  keyMissing: { vi: 'thiết bị không có khóa này', en: 'the device does not have this key' },
};

/** Does something with a token of this installation. @throws signatures.authorityTokenUnavailable, saying why */
export async function withToken<Result>(kernel: Kernel, holder: string, work: (keys: OwnKeys) => Promise<Result>): Promise<Result> {
  const keys = signingServices(kernel).drivers.find((driver) => driver.name === holder)?.ownKeys;
  if (keys === undefined) {
    throw authorityErrors.authorityTokenUnavailable({ values: { holder, why: 'SIGNING_SERVICES không có thiết bị PKCS#11 tên này kèm mã PIN', whyEn: 'SIGNING_SERVICES names no PKCS#11 device of that name with a PIN' } });
  }
  try {
    return await work(keys);
  } catch (error) {
    if (!(error instanceof SigningDriverError)) throw error;
    const { vi, en } = WHY[error.problem] ?? { vi: 'thiết bị không trả lời', en: 'the device does not answer' };
    throw authorityErrors.authorityTokenUnavailable({ cause: error, internal: error.message, values: { holder, why: vi, whyEn: en } });
  }
}

/** Whether something failed for a token that cannot be used at this moment: it is to be tried again. */
export function isTokenAway(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'signatures.authorityTokenUnavailable';
}

async function seal(key: HeldKey, draft: Draft): Promise<Buffer> {
  return sealDraft(draft, await key.sign(draft.hash, draft.tbs));
}

/** A certificate that a key signs about itself or about another. @throws signatures.authorityTokenUnavailable */
export async function signCertificate(key: HeldKey, draft: Draft): Promise<Certificate> {
  return parseCertificate(await seal(key, draft));
}

/** Issues a leaf certificate. @throws PkiError `authority.expired` · signatures.authorityTokenUnavailable */
export function issueUnder(issuer: AuthorityKey, request: LeafRequest): Promise<Certificate> {
  return signCertificate(issuer, draftCertificate(issuer.certificate, request));
}

/** @throws signatures.authorityTokenUnavailable */
export function signRevocationList(authority: AuthorityKey, list: NewRevocationList): Promise<Buffer> {
  return seal(authority, draftRevocationList(authority.certificate, list));
}

/** @throws signatures.authorityTokenUnavailable */
export async function signOcspResponse({ responder, ...answer }: Omit<NewOcspResponse, 'responder'> & { responder: AuthorityKey }): Promise<Buffer> {
  const draft = draftOcspResponse({ ...answer, responder: responder.certificate });
  return sealOcspResponse(draft, await responder.sign(draft.hash, draft.tbs));
}

/** The built-in time-stamping authority. Each call throws signatures.authorityTokenUnavailable while its key is in a token that is away. */
export type TimestampService = {
  token: (request: TokenRequest) => Promise<Buffer>;
  /** Answers a TimeStampReq with a TimeStampResp; a refusal of the request is an answer too. */
  respond: (request: Buffer, now: Date) => Promise<Buffer>;
};

/** A key at hand signs without waiting for anything; one in a token as fast as that. */
export function timestampService({ certificate, chain, privateKey, sign }: AuthorityKey): TimestampService {
  if (privateKey !== undefined) {
    const { token, respond } = createTimestampAuthority({ certificate, chain, privateKey });
    return { token: (request) => Promise.resolve(token(request)), respond: (request, now) => Promise.resolve(respond(request, now)) };
  }
  const form = timestampForm({ certificate, chain });
  const token = async (request: TokenRequest): Promise<Buffer> => {
    const { attributes, seal: close } = form.open(request);
    return close(await sign(form.hash, attributes));
  };
  return {
    token,
    async respond(bytes, now) {
      const request = form.read(bytes);
      return 'refusal' in request ? request.refusal : grantToken(await token({ ...request, now }));
    },
  };
}
