import { VGCA_ADDRESS } from './addresses.ts';
import { AgentError, assertSameHash, assertStrongHash, type AgentSurroundings, type HandOver, type HandOverKind, type SigningAgent } from './agent.ts';
import { askOnce, pageSurroundings, readObject, textOf, toBase64 } from './socket.ts';

/** The verbs of VGCA Sign Service; as public clients of it use them. */
const verbs: Record<HandOverKind, string> = {
  approved: 'SignApproved',
  issued: 'SignIssued',
  appendix: 'SignAppendix',
  copy: 'SignCopy',
  income: 'SignIncome',
  comment: 'Comment',
};

const LOOK = { connectMs: 3000, answerMs: 60_000 };
/** A PIN, and a slow token. */
const HASH = { connectMs: 5000, answerMs: 3 * 60_000 };
/** The person places the signature in the program's own window; the server's addresses live 30 minutes. */
const FILE = { connectMs: 5000, answerMs: 25 * 60_000 };

export type VgcaOptions = Partial<AgentSurroundings> & { address?: string };

/** The client of VGCA Sign Service: one socket a call, one JSON text each way. */
export function vgcaAgent(options: VgcaOptions = {}): SigningAgent {
  const { address = VGCA_ADDRESS, ...given } = options;
  const surroundings = { ...pageSurroundings, ...given };
  const urlOf = (verb: string): string => `wss://${address}/${verb}`;

  const signMessage = async (hash: string, signal: AbortSignal | undefined): Promise<Record<string, unknown>> => {
    const message = JSON.stringify({ HashAlg: 'SHA256', HashValue: hash, Encode: 'RSA' });
    const answer = readDone(await askOnce(surroundings, { url: urlOf('SignMsg'), message, limits: HASH, signal }));
    assertSameHash(answer['HashAlg']);
    return answer;
  };

  return {
    id: 'vgca',
    name: 'VGCA Sign Service',
    trustAddress: `https://${address}/`,
    async detect(signal) {
      try {
        await askOnce(surroundings, { url: urlOf('GetCertInfo'), limits: LOOK, signal });
        return true;
      } catch (error) {
        if (error instanceof AgentError && error.problem === 'notReached') return false;
        throw error;
      }
    },
    async listCertificates(signal) {
      const answer = readDone(await askOnce(surroundings, { url: urlOf('GetCertInfo'), message: 'get_cert_info', limits: HASH, signal }));
      const found = certificateIn(answer);
      if (found !== undefined) return [found];
      // Older versions tell about the certificate without giving it; it comes with a signature, over random bytes that mean nothing.
      const signed = await signMessage(toBase64(crypto.getRandomValues(new Uint8Array(32))), signal);
      const certificate = textOf(signed, 'CertBase64');
      return certificate === undefined ? [] : [{ certificate, serial: undefined }];
    },
    async signHash(request, signal) {
      assertStrongHash(request);
      const answer = await signMessage(request.hash, signal);
      const signature = textOf(answer, 'Signature');
      if (signature === undefined) throw new AgentError('wrongAnswer');
      return { signature, certificate: textOf(answer, 'CertBase64') ?? null };
    },
    async handOver(request, signal) {
      readDone(await askOnce(surroundings, { url: urlOf(verbs[request.kind]), message: JSON.stringify(orderOf(request)), limits: FILE, signal }));
    },
  };
}

function orderOf({ downloadUrl, uploadUrl, documentNumber, issuedOn }: HandOver): Record<string, unknown> {
  return {
    FileUploadHandler: uploadUrl,
    // The addresses carry their own keys: no session and no token of ours goes to the program.
    SessionId: '',
    JWTToken: '',
    FileName: downloadUrl,
    MetaData: [],
    ...(documentNumber === undefined ? {} : { DocNumber: documentNumber }),
    ...(issuedOn === undefined ? {} : { IssuedDate: issuedOn }),
  };
}

/** Status 0 is done; everything else is a reason, in words of the program's. @throws AgentError `refused` · `wrongAnswer` */
function readDone(text: string): Record<string, unknown> {
  const answer = readObject(text);
  const { Status: status } = answer;
  if (status === 0 || status === '0') return answer;
  if (typeof status !== 'number' && typeof status !== 'string') throw new AgentError('wrongAnswer');
  throw new AgentError('refused', { said: textOf(answer, 'Message', 'Error') });
}

function certificateIn(answer: Record<string, unknown>): { certificate: string; serial: string | undefined } | undefined {
  const { CertInfo: info } = answer;
  // safe because only texts are taken out of it
  const inner = typeof info === 'object' && info !== null ? (info as Record<string, unknown>) : {};
  const certificate = textOf(answer, 'CertBase64') ?? textOf(inner, 'CertBase64', 'Base64', 'RawData');
  return certificate === undefined ? undefined : { certificate, serial: textOf(inner, 'SerialNumber', 'Serial') };
}
