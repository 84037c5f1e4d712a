import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { callService, type ServiceReply } from '../service-call.ts';
import { certificateBytes, schemeOf, signatureValue } from '../signature-values.ts';
import { SigningDriverError, type DriverCertificate, type DriverProblem, type SignOutcome, type SignRequest, type SigningDriver } from '../signing-driver.ts';

export type SmartCaSettings = {
  name: string;
  /** `https://gwsca.vnpt.vn`, or the address of the test service. */
  baseUrl: string;
  spId: string;
  spPassword: string;
  /** How hashes are written; accounts differ. Default hexadecimal. */
  hashEncoding?: 'hex' | 'base64' | undefined;
  /** How many documents one confirmation may cover. Default: no limit of the service is known. */
  mostDocuments?: number | undefined;
  now: () => Date;
};

/** What a credential keeps to be found again. */
const keyPlace = z.object({ user: z.string().min(1), serial: z.string().default('') });

const POLL_MS = 5000;

const envelope = z.object({ status_code: z.coerce.number(), message: z.string().nullish(), data: z.unknown() });
const certificateList = z.object({
  user_certificates: z.array(z.object({ serial_number: z.string(), cert_data: z.string(), cert_status: z.string().nullish(), chain_data: z.record(z.string(), z.string().nullish()).nullish() })).nullish(),
});
const accepted = z.object({ transaction_id: z.string().min(1) });
const answered = z.object({ signatures: z.array(z.object({ doc_id: z.string(), signature_value: z.string().nullish() })).nullish() });

/**
 * Signs with VNPT SmartCA: the person confirms in the telephone's application. The service takes a transaction under our own id,
 * so that a request whose answer was lost is asked after and not made twice.
 */
export function smartCaDriver(settings: SmartCaSettings): SigningDriver {
  const { name, spId, spPassword } = settings;
  const base = `${settings.baseUrl.replace(/\/+$/, '')}/sca/sp769/v1`;
  const account = { sp_id: spId, sp_password: spPassword };
  const post = async (path: string, body: Record<string, unknown>, isSigning = false): Promise<Envelope> => readEnvelope(await callService({ url: `${base}/${path}`, body, isSigning }), isSigning);

  const status = async (reference: string, request: Pick<SignRequest, 'credential' | 'items' | 'transactionId'>): Promise<SignOutcome | undefined> => {
    const reply = await post(`signatures/sign/${encodeURIComponent(reference)}/status`, {});
    if (isUnknownTransaction(reply)) return undefined;
    return outcomeOf(reply, reference, request);
  };
  return {
    name,
    checksSecretHere: false,
    confirmsElsewhere: true,
    mostItems: () => Promise.resolve(settings.mostDocuments ?? Number.POSITIVE_INFINITY),
    async listCertificates({ user }) {
      if (user === undefined || user === '') return [];
      const reply = await post('credentials/get_certificate', { ...account, user_id: user, serial_number: '', transaction_id: randomUUID() });
      assertDone(reply);
      return (certificateList.catch({}).parse(reply.data).user_certificates ?? []).flatMap((each) => described(each, user));
    },
    async sign(request) {
      const { user, serial } = placeOf(request);
      if (request.isRepeat === true) {
        const known = await status(request.transactionId, request);
        if (known !== undefined) return known;
      }
      const sign_files = request.items.map(({ digest }, index) => ({
        data_to_be_signed: digest.toString(settings.hashEncoding ?? 'hex'),
        doc_id: documentId(request, index),
        file_type: 'pdf',
        sign_type: 'hash',
      }));
      const body = { ...account, user_id: user, serial_number: serial, transaction_id: request.transactionId, transaction_desc: request.description, time_stamp: compactTime(settings.now()), sign_files };
      const reply = await post('signatures/sign', body, true);
      assertDone(reply);
      const { data } = accepted.safeParse(reply.data);
      return { state: 'pending', reference: data?.transaction_id ?? request.transactionId, pollAfterMs: POLL_MS };
    },
    async poll(request) {
      const outcome = await status(request.reference, request);
      if (outcome === undefined) throw new SigningDriverError('timedOut', { detail: 'the service does not know the transaction any more' });
      return outcome;
    },
  };
}

type Envelope = z.infer<typeof envelope>;

function readEnvelope({ status, body }: ServiceReply, isSigning: boolean): Envelope {
  const parsed = envelope.safeParse(body);
  if (parsed.success) return parsed.data;
  const isRefused = status === 401 || status === 403;
  // What says yes in a way that is not understood may have reached the person.
  throw new SigningDriverError(isRefused ? 'accountRefused' : 'unavailable', { detail: `HTTP status ${String(status)}`, isUncertain: isSigning && status < 400 });
}

/** Success is 0 in one description of the interface and 200 in another. */
function isDone({ status_code: code }: Envelope): boolean {
  return code === 0 || code === 200;
}

/** By words, since the numbers are not documented; the first that fits. */
const problems: readonly (readonly [RegExp, DriverProblem])[] = [
  [/sp_id|sp_password|sp credential|unauthori|forbidden|invalid client|permission/i, 'accountRefused'],
  [/expired.*(?:cert|chứng thư)|(?:cert|chứng thư).*(?:expired|revoked|suspend|hết hạn|thu hồi|tạm dừng)/i, 'certificateRejected'],
  [/expire|time ?_?out|hết thời gian/i, 'timedOut'],
  [/reject|refuse|cancel|denied|từ chối|hủy/i, 'refused'],
  [/quota|out of sign|hết lượt/i, 'quotaUsedUp'],
  [/lock|khóa/i, 'secretLocked'],
  [/not[ _]?(?:found|exist)|no cert|không (?:tồn tại|tìm thấy)/i, 'keyMissing'],
];

function problemOf({ status_code: code, message }: Envelope): DriverProblem | undefined {
  if (code === 401 || code === 403) return 'accountRefused';
  return problems.find(([pattern]) => pattern.test(message ?? ''))?.[1];
}

function assertDone(reply: Envelope): void {
  if (isDone(reply)) return;
  throw new SigningDriverError(problemOf(reply) ?? 'unavailable', { detail: `${String(reply.status_code)} ${reply.message ?? ''}` });
}

function isUnknownTransaction(reply: Envelope): boolean {
  return !isDone(reply) && (reply.status_code === 404 || problemOf(reply) === 'keyMissing');
}

function outcomeOf(reply: Envelope, reference: string, request: Pick<SignRequest, 'credential' | 'items' | 'transactionId'>): SignOutcome {
  const { signatures } = answered.catch({}).parse(reply.data);
  if (signatures !== null && signatures !== undefined && signatures.length > 0) {
    const scheme = schemeOf(request.credential.certificate);
    const values = request.items.map((_, index) => signatures.find(({ doc_id: id }) => id === documentId(request, index))?.signature_value ?? '');
    if (values.includes('')) throw new SigningDriverError('failed', { detail: 'a signature is missing from the answer' });
    return { state: 'signed', signatures: values.map((value) => signatureValue(value, scheme)) };
  }
  const problem = problemOf(reply);
  if (problem !== undefined) throw new SigningDriverError(problem, { detail: `${String(reply.status_code)} ${reply.message ?? ''}` });
  return { state: 'pending', reference, pollAfterMs: POLL_MS };
}

function documentId({ transactionId }: Pick<SignRequest, 'transactionId'>, index: number): string {
  return `${transactionId}-${String(index)}`;
}

function placeOf({ credential }: SignRequest): z.infer<typeof keyPlace> {
  const place = credential.container === null ? undefined : keyPlace.safeParse(JSON.parse(credential.container.toString('utf8'))).data;
  if (place === undefined) throw new SigningDriverError('keyMissing', { detail: 'the credential does not say whose it is with the service' });
  return place;
}

type Listed = NonNullable<z.infer<typeof certificateList>['user_certificates']>[number];

function described({ serial_number: serial, cert_data: data, cert_status: state, chain_data: chain }: Listed, user: string): DriverCertificate[] {
  const certificate = certificateBytes(data);
  if (certificate === undefined) return [];
  const others = Object.values(chain ?? {}).flatMap((each) => certificateBytes(each ?? '') ?? []);
  const isUsable = state === undefined || state === null || /^(?:|valid|active|ok|1|đang hoạt động|hoạt động)$/i.test(state.trim());
  return [{ certificate, chain: others, container: Buffer.from(JSON.stringify({ user, serial } satisfies z.infer<typeof keyPlace>)), isUsable }];
}

/** `20261120020000Z` */
function compactTime(now: Date): string {
  return `${now.toISOString().replace(/\.\d+Z$/, '').replace(/[-:T]/g, '')}Z`;
}
