import { z } from 'zod';
import { callService, type ServiceReply } from '../service-call.ts';
import { SigningDriverError, type DriverProblem } from '../signing-driver.ts';

export type CscVersion = 1 | 2;

/** Cloud Signature Consortium API 1.0.4 and 2.0: the calls, each with what it asks and answers, in the words of version 2. */
export type CscApi = {
  version: CscVersion;
  info(): Promise<CscInfo>;
  list(token: string, user?: string): Promise<string[]>;
  credential(token: string, credentialID: string): Promise<CscCredential>;
  /** @returns the signature activation data, or in version 2 a handle while the person confirms elsewhere */
  authorize(token: string, input: CscAuthorization): Promise<{ sad: string } | { handle: string }>;
  authorizeCheck(token: string, handle: string): Promise<{ sad: string } | { handle: string }>;
  /** Has the service send the person a code: credentials/sendOTP, and in version 2 credentials/getChallenge for the object that wants the answer. @returns a question that the code answers */
  sendCode(token: string, input: { credentialID: string; challengeFor: string | undefined }): Promise<string | undefined>;
  /** New activation data for the next of several signatures that one authorisation covers, each over the one before. */
  extend(token: string, input: { credentialID: string; hashes: readonly Buffer[]; hashOid: string; sad: string; clientData: string }): Promise<string>;
  signHash(token: string, input: CscSignHash): Promise<{ signatures: string[] } | { responseID: string }>;
  /** Undefined while the service still works (HTTP status 202). */
  signPolling(token: string, responseID: string): Promise<string[] | undefined>;
};

export type CscAuthorization = {
  credentialID: string;
  hashes: readonly Buffer[];
  hashOid: string;
  description: string;
  clientData: string;
  /** Version 1 knows PIN and OTP; version 2 the objects that credentials/info named. */
  authData: readonly { id: string; kind: CscFactor['kind']; value: string | undefined }[];
  /** How many signatures; left out, one for each hash. More where signatures over these follow. */
  count?: number;
};

export type CscSignHash = {
  credentialID: string;
  sad: string | undefined;
  hashes: readonly Buffer[];
  hashOid: string;
  signAlgo: string;
  signAlgoParams: Buffer | undefined;
  clientData: string;
  isAsynchronous: boolean;
};

const infoReply = z.object({ specs: z.string().optional(), authType: z.array(z.string()).default([]), oauth2: z.string().optional(), methods: z.array(z.string()).default([]), asynchronousOperationMode: z.boolean().optional() });
export type CscInfo = z.infer<typeof infoReply>;

const credentialReply = z.object({
  key: z.object({ status: z.string(), algo: z.array(z.string()) }),
  cert: z.object({ status: z.string().optional(), certificates: z.array(z.string()).optional() }),
  multisign: z.coerce.number().int().min(1).default(1),
  SCAL: z.coerce.string().default('1'),
  // version 1
  authMode: z.string().optional(),
  PIN: z.object({ presence: z.coerce.string() }).optional(),
  OTP: z.object({ presence: z.coerce.string(), type: z.string().optional() }).optional(),
  // version 2
  auth: z.object({ mode: z.string(), objects: z.array(z.object({ type: z.string(), id: z.string(), generator: z.string().optional() })).optional() }).optional(),
});

/** What a credential wants beside our request. */
export type CscFactor = {
  /** As version 2 names it; version 1 knows only PIN and OTP. */
  id: string;
  /** `elsewhere`: what the person does out of band, and the request only names. */
  kind: 'PIN' | 'OTP' | 'elsewhere';
  isOptional: boolean;
  /** How the person comes by a code: shown by an own device; sent; sent as the answer to a challenge; or the credential does not say. */
  from?: 'device' | 'sending' | 'challenge' | 'unsaid';
};

export type CscCredential = {
  isEnabled: boolean;
  certificates: string[];
  algorithms: string[];
  /** How many signatures one authorisation covers. */
  multisign: number;
  mode: string;
  wants: readonly CscFactor[];
};

const authorization = z.union([z.object({ SAD: z.string().min(1) }).transform(({ SAD }) => ({ sad: SAD })), z.object({ handle: z.string().min(1) })]);
const signed = z.union([z.object({ signatures: z.array(z.string()) }), z.object({ responseID: z.string().min(1) })]);

/** Of 50 credentials each, as we ask for; a service that never comes to an end is left there. */
const MOST_PAGES = 10;

/** The service's address ends in `/csc/v1` or `/csc/v2`. Errors are SigningDriverError. */
export function cscApi(baseUrl: string, version: CscVersion): CscApi {
  const base = baseUrl.replace(/\/+$/, '');
  const post = async (path: string, body: Record<string, unknown>, { token, isSigning = false }: { token?: string; isSigning?: boolean } = {}): Promise<ServiceReply> => {
    const reply = await callService({ url: `${base}/${path}`, body, isSigning, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    if (reply.status >= 400) throw cscError(path, reply);
    return reply;
  };
  const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'));
  return {
    version,
    info: async () => read(infoReply, (await post('info', { lang: 'vi-VN' })).body),
    async list(token, user) {
      const ids: string[] = [];
      let pageToken: string | undefined;
      let pages = 0;
      do {
        const { body } = await post('credentials/list', { maxResults: 50, ...(user === undefined ? {} : { userID: user }), ...(pageToken === undefined ? {} : { pageToken }) }, { token });
        const page = read(z.object({ credentialIDs: z.array(z.string()), nextPageToken: z.string().optional() }), body);
        ids.push(...page.credentialIDs);
        pageToken = page.nextPageToken === '' ? undefined : page.nextPageToken;
        pages += 1;
      } while (pageToken !== undefined && pages < MOST_PAGES);
      return ids;
    },
    async credential(token, credentialID) {
      const { body } = await post('credentials/info', { credentialID, certificates: 'chain', certInfo: true, authInfo: true }, { token });
      return describe(read(credentialReply, body));
    },
    async authorize(token, { credentialID, hashes, hashOid, description, clientData, authData, count = hashes.length }) {
      const common = { credentialID, numSignatures: count, description, clientData };
      const secrets = Object.fromEntries(authData.map(({ kind, value }) => [kind, value]));
      const input =
        version === 1
          ? { ...common, hash: base64(hashes), ...secrets }
          : { ...common, hashes: base64(hashes), hashAlgorithmOID: hashOid, authData: authData.map(({ id, value }) => (value === undefined ? { id } : { id, value })) };
      return read(authorization, (await post('credentials/authorize', input, { token, isSigning: true })).body);
    },
    authorizeCheck: async (token, handle) => read(authorization, (await post('credentials/authorizeCheck', { handle }, { token })).body),
    async sendCode(token, { credentialID, challengeFor }) {
      if (challengeFor === undefined) {
        await post('credentials/sendOTP', { credentialID }, { token });
        return undefined;
      }
      const { body } = await post('credentials/getChallenge', { credentialID, authObjectID: challengeFor }, { token });
      return read(z.object({ challenge: z.string().max(500).optional() }), body).challenge;
    },
    async extend(token, { credentialID, hashes, hashOid, sad, clientData }) {
      const bound = version === 1 ? { hash: base64(hashes) } : { hashes: base64(hashes), hashAlgorithmOID: hashOid };
      const { body } = await post('credentials/extendTransaction', { credentialID, ...bound, SAD: sad, clientData }, { token, isSigning: true });
      return read(z.object({ SAD: z.string().min(1) }), body).SAD;
    },
    async signHash(token, { credentialID, sad, hashes, hashOid, signAlgo, signAlgoParams, clientData, isAsynchronous }) {
      const common = { credentialID, ...(sad === undefined ? {} : { SAD: sad }), signAlgo, clientData, ...(signAlgoParams === undefined ? {} : { signAlgoParams: signAlgoParams.toString('base64') }) };
      const input =
        version === 1
          ? { ...common, hash: base64(hashes), hashAlgo: hashOid }
          : { ...common, hashes: base64(hashes), hashAlgorithmOID: hashOid, operationMode: isAsynchronous ? 'A' : 'S' };
      return read(signed, (await post('signatures/signHash', input, { token, isSigning: true })).body);
    },
    async signPolling(token, responseID) {
      const reply = await post('signatures/signPolling', { requestID: responseID }, { token });
      return reply.status === 202 ? undefined : read(z.object({ signatures: z.array(z.string()) }), reply.body).signatures;
    },
  };
}

function describe({ key, cert, multisign, authMode, PIN, OTP, auth }: z.infer<typeof credentialReply>): CscCredential {
  const mode = auth?.mode ?? authMode ?? 'implicit';
  const wants = auth === undefined ? [...presentFactor('PIN', PIN), ...presentFactor('OTP', OTP)] : (auth.objects ?? []).flatMap(factorOf);
  return {
    isEnabled: key.status === 'enabled' && (cert.status ?? 'valid') === 'valid',
    certificates: cert.certificates ?? [],
    algorithms: key.algo,
    multisign,
    mode,
    // There the service's own page asks the person (CSC API 2.0 section 8.4).
    wants: isConsented(mode) ? [] : wants,
  };
}

/** Whether the person consents on a page of the service, which brings the activation data. */
export function isConsented(mode: string): boolean {
  return mode === 'oauth2code' || mode === 'oauth2';
}

function presentFactor(kind: 'PIN' | 'OTP', factor: { presence: string; type?: string | undefined } | undefined): CscFactor[] {
  if (factor?.presence !== 'true' && factor?.presence !== 'optional') return [];
  const isOptional = factor.presence === 'optional';
  if (kind === 'PIN') return [{ id: kind, kind, isOptional }];
  return [{ id: kind, kind, isOptional, from: factor.type === 'online' ? 'sending' : factor.type === 'offline' ? 'device' : 'unsaid' }];
}

/** Version 2 (section 8.3) names what it wants by type and id; both are checked, since services fill them differently. */
function factorOf({ type, id, generator }: { type: string; id: string; generator?: string | undefined }): CscFactor[] {
  if (/OOB$/.test(type)) return [{ id, kind: 'elsewhere', isOptional: false }];
  if (type === 'ChallengeResponse') return [{ id, kind: 'OTP', isOptional: false, from: 'challenge' }];
  if (/otp/i.test(`${type} ${id}`)) return [{ id, kind: 'OTP', isOptional: false, from: generator === undefined ? 'unsaid' : 'device' }];
  return /password|pin/i.test(`${type} ${id}`) ? [{ id, kind: 'PIN', isOptional: false }] : [];
}

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (!result.success) throw new SigningDriverError('unavailable', { detail: `an answer of another shape: ${result.error.issues.map(({ path }) => path.join('.')).join(', ')}` });
  return result.data;
}

const errorBody = z.object({ error: z.string().default(''), error_description: z.string().default('') });

/** By the error's name, then by the words that the specification gives for its cases. */
const problems: readonly (readonly [RegExp, DriverProblem])[] = [
  [/locked/i, 'secretLocked'],
  [/\b(?:otp|one-time (?:code|password))\b.*\bexpired|^(?:expired_otp|otp_expired)/i, 'codeExpired'],
  [/^invalid_otp|^invalid_authentication_data .*\botp\b/i, 'wrongCode'],
  [/^(?:invalid_pin|invalid_authentication_data)/, 'wrongSecret'],
  [/^(?:access_denied|authorization_denied|user_rejected)/, 'refused'],
  [/SAD expired|transaction.*expired|timed? ?out/i, 'timedOut'],
  [/disabled|certificate is (?:expired|revoked|suspended)/i, 'certificateRejected'],
  [/parameter credentialID/i, 'keyMissing'],
  [/^(?:invalid_token|invalid_client|unauthorized_client|invalid_grant)/, 'accountRefused'],
];

/** What a service's refusal means (CSC API 2.0 section 10.1 and the error cases of each method). */
export function cscError(path: string, { status, body }: ServiceReply): SigningDriverError {
  const { error, error_description: description } = errorBody.catch({ error: '', error_description: '' }).parse(body);
  const text = `${error} ${description}`;
  const known = problems.find(([pattern]) => pattern.test(text))?.[1];
  const problem = known ?? (status === 401 || status === 403 ? 'accountRefused' : 'unavailable');
  return new SigningDriverError(problem, { detail: `${path}: HTTP status ${String(status)} ${text}`.trim() });
}
