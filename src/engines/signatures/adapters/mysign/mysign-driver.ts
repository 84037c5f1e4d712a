import { z } from 'zod';
import { callService } from '../service-call.ts';
import { certificateBytes, schemeOf, signatureValue } from '../signature-values.ts';
import { SigningDriverError, type DriverCertificate, type DriverProblem, type SignOutcome, type SignRequest, type SigningDriver } from '../signing-driver.ts';

export type MySignSettings = {
  name: string;
  /** `https://remotesigning.viettel.vn`, or the address of the test service. */
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  profileId: string;
  /** How hashes are written; accounts differ. Default Base64. */
  hashEncoding?: 'hex' | 'base64' | undefined;
  /** How many documents one confirmation may cover. Default: no limit of the service is known. */
  mostDocuments?: number | undefined;
};

/** What a credential keeps to be found again. */
const keyPlace = z.object({ user: z.string().min(1), credentialID: z.string().min(1) });

const POLL_MS = 5000;

const loginReply = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().default(3600) });
const certificateList = z.array(z.object({ credential_id: z.string().min(1), cert: z.object({ status: z.string().nullish(), certificates: z.array(z.string()).nullish() }).nullish(), key: z.object({ status: z.string().nullish() }).nullish() }));
const signReply = z.object({ transactionId: z.coerce.string().nullish(), signatures: z.array(z.string()).nullish(), status: z.coerce.string().nullish(), message: z.string().nullish() });
type SignReply = z.infer<typeof signReply>;

/** What requests/status says beside 1, done. */
const waiting: ReadonlySet<string> = new Set(['0', '4000', '6000']);
const problems: Readonly<Record<string, DriverProblem>> = { '4001': 'timedOut', '4002': 'refused', '4004': 'failed', '4005': 'quotaUsedUp', '13004': 'certificateRejected', '50000': 'unavailable' };

/**
 * Signs with Viettel MySign through its gateway (the variant that speaks the Cloud Signature Consortium API is a CSC service of
 * version 1). The person confirms in the telephone's application.
 */
export function mySignDriver(settings: MySignSettings): SigningDriver {
  const { clientId, clientSecret, profileId } = settings;
  const base = `${settings.baseUrl.replace(/\/+$/, '')}/vtss/service`;
  const client = { client_id: clientId, client_secret: clientSecret };
  const tokens = new Map<string, { token: string; until: number }>();

  const login = async (user: string): Promise<string> => {
    const kept = tokens.get(user);
    // A monotonic clock: a machine whose clock is set keeps its tokens.
    if (kept !== undefined && performance.now() < kept.until) return kept.token;
    const { status, body } = await callService({ url: `${base}/ras/v1/login`, body: { ...client, profile_id: profileId, user_id: user } });
    const parsed = loginReply.safeParse(body);
    if (!parsed.success) throw new SigningDriverError(isUnknownUser(body) ? 'keyMissing' : status >= 400 && status < 500 ? 'accountRefused' : 'unavailable', { detail: `login: HTTP status ${String(status)}` });
    const { access_token: token, expires_in: seconds } = parsed.data;
    tokens.set(user, { token, until: performance.now() + seconds * 900 });
    return token;
  };
  const post = async (path: string, { user, body, isSigning = false }: { user: string; body: Record<string, unknown>; isSigning?: boolean }): Promise<unknown> => {
    for (const isLast of [false, true]) {
      const hadToken = tokens.has(user);
      const reply = await callService({ url: `${base}/${path}`, body, isSigning, headers: { authorization: `Bearer ${await login(user)}` } });
      if (reply.status !== 401) return reply.body;
      // A token that the service forgot is replaced once.
      tokens.delete(user);
      if (isLast || !hadToken) break;
    }
    throw new SigningDriverError('accountRefused', { detail: path });
  };
  return {
    name: settings.name,
    checksSecretHere: false,
    confirmsElsewhere: true,
    mostItems: () => Promise.resolve(settings.mostDocuments ?? Number.POSITIVE_INFINITY),
    async listCertificates({ user }) {
      if (user === undefined || user === '') return [];
      const body = await post('certificates/info', { user, body: { ...client, profile_id: profileId, user_id: user, certInfo: true, authInfo: true, certificates: 'chain' } });
      const parsed = certificateList.safeParse(body);
      if (!parsed.success) throw new SigningDriverError('unavailable', { detail: 'a list of another shape' });
      return parsed.data.flatMap((each) => described(each, user));
    },
    async sign(request) {
      const { user, credentialID } = placeOf(request);
      const { items, transactionId, hash } = request;
      const name = asciiBase64(request.description);
      const body = {
        ...client,
        credentialID,
        numSignatures: items.length,
        description: name,
        documents: items.map((_, index) => ({ document_id: `${transactionId}-${String(index)}`, document_name: name })),
        hash: items.map(({ digest }) => digest.toString(settings.hashEncoding ?? 'base64')),
        hashAlgo: hashOids[hash],
        signAlgo: schemeOf(request.credential.certificate) === 'ecdsa' ? ecdsaOids[hash] : '1.2.840.113549.1.1.1',
        async: 1,
      };
      const reply = readReply(await post('signHash', { user, body, isSigning: true }));
      if (reply.signatures !== null && reply.signatures !== undefined && reply.signatures.length > 0) return signedBy(reply, request);
      if (reply.transactionId === null || reply.transactionId === undefined || reply.transactionId === '') throw failure(reply);
      return { state: 'pending', reference: reply.transactionId, pollAfterMs: POLL_MS };
    },
    async poll(request) {
      const { user } = placeOf(request);
      const reply = readReply(await post('requests/status', { user, body: { transactionId: request.reference } }));
      if (reply.status === '1') return signedBy(reply, request);
      if (waiting.has(reply.status ?? '')) return { state: 'pending', reference: request.reference, pollAfterMs: POLL_MS };
      throw failure(reply);
    },
  };
}

const hashOids = { sha256: '2.16.840.1.101.3.4.2.1', sha384: '2.16.840.1.101.3.4.2.2', sha512: '2.16.840.1.101.3.4.2.3' } as const;
const ecdsaOids = { sha256: '1.2.840.10045.4.3.2', sha384: '1.2.840.10045.4.3.3', sha512: '1.2.840.10045.4.3.4' } as const;

function readReply(body: unknown): SignReply {
  const parsed = signReply.safeParse(body);
  if (!parsed.success) throw new SigningDriverError('unavailable', { detail: 'an answer of another shape' });
  return parsed.data;
}

function failure({ status, message }: SignReply): SigningDriverError {
  const detail = `status ${status ?? 'none'} ${message ?? ''}`.trim();
  return new SigningDriverError(problems[status ?? ''] ?? (status === null || status === undefined ? 'unavailable' : 'failed'), { detail });
}

function signedBy({ signatures }: SignReply, { items, credential }: Pick<SignRequest, 'items' | 'credential'>): SignOutcome {
  if (signatures?.length !== items.length) throw new SigningDriverError('failed', { detail: 'the number of signatures' });
  const scheme = schemeOf(credential.certificate);
  return { state: 'signed', signatures: signatures.map((value) => signatureValue(value, scheme)) };
}

function isUnknownUser(body: unknown): boolean {
  return /user[ _]?(?:id)?.*not|not.*user|không tồn tại/i.test(JSON.stringify(body));
}

function placeOf({ credential }: Pick<SignRequest, 'credential'>): z.infer<typeof keyPlace> {
  const place = credential.container === null ? undefined : keyPlace.safeParse(JSON.parse(credential.container.toString('utf8'))).data;
  if (place === undefined) throw new SigningDriverError('keyMissing', { detail: 'the credential does not say whose it is with the service' });
  return place;
}

function described({ credential_id: credentialID, cert, key }: z.infer<typeof certificateList>[number], user: string): DriverCertificate[] {
  const [certificate, ...chain] = (cert?.certificates ?? []).map(certificateBytes).filter((each) => each !== undefined);
  if (certificate === undefined) return [];
  const isFine = (status: string | null | undefined): boolean => status === null || status === undefined || /^(?:|valid|active|enabled|1)$/i.test(status);
  const container = Buffer.from(JSON.stringify({ user, credentialID } satisfies z.infer<typeof keyPlace>));
  return [{ certificate, chain, container, isUsable: isFine(cert?.status) && isFine(key?.status) }];
}

/** The service takes names as Base64 of at most 100 characters, of plain letters only: diacritics are left off. */
function asciiBase64(text: string): string {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D');
  return Buffer.from(plain.replace(/[^A-Za-z0-9_\- ]/g, '_').slice(0, 60)).toString('base64');
}
