import { VNPT_PORTS } from './addresses.ts';
import { AgentError, assertSameHash, assertStrongHash, type AgentSurroundings, type SigningAgent } from './agent.ts';
import { askOnce, fromBase64, pageSurroundings, readObject, textOf, toBase64 } from './socket.ts';

const calls = { getCertInfo: 0, setLicenseKey: 6, checkPlugin: 7, signHash: 9, signArrDataAdvanced: 10 } as const;
const CALLBACK = 'callbackDefault';

const PROBE = { connectMs: 3000, answerMs: 3000 };
const SHORT = { connectMs: 3000, answerMs: 10_000 };
const PERSON = { connectMs: 3000, answerMs: 3 * 60_000 };

export type VnptOptions = Partial<AgentSurroundings> & {
  ports?: readonly number[];
  /** The licence that VNPT-CA gave for the address of this installation. */
  license: string;
};

/** The client of the VNPT-CA plugin: `{functionID, funcCallback, args, domain}` one way, `result*callback` the other. */
export function vnptAgent(options: VnptOptions): SigningAgent {
  const { ports = VNPT_PORTS, license, ...given } = options;
  const surroundings = { ...pageSurroundings, ...given };
  let found: number | undefined;

  const callAt = async (port: number, id: number, { args, limits, signal }: { args: readonly string[]; limits: typeof PERSON; signal: AbortSignal | undefined }): Promise<string> => {
    const message = JSON.stringify({ functionID: id, funcCallback: CALLBACK, args, domain: surroundings.hostname() });
    const text = await askOnce(surroundings, { url: `wss://localhost:${String(port)}/plugin`, message, limits, signal });
    const end = text.lastIndexOf('*');
    if (end < 0 || text.slice(end + 1) !== CALLBACK) throw new AgentError('wrongAnswer');
    return text.slice(0, end);
  };

  /** One port after another; a port on which something else answers is not the plugin's. */
  const findPort = async (signal: AbortSignal | undefined): Promise<number | undefined> => {
    for (const port of found === undefined ? ports : [found, ...ports]) {
      try {
        if ((await callAt(port, calls.checkPlugin, { args: [''], limits: PROBE, signal })) === '1') return (found = port);
      } catch (error) {
        if (!(error instanceof AgentError) || !NOT_HERE.has(error.problem)) throw error;
      }
    }
    found = undefined;
    return undefined;
  };

  const call = async (id: number, args: readonly string[], signal: AbortSignal | undefined): Promise<string> => {
    const port = await findPort(signal);
    if (port === undefined) throw new AgentError('notReached');
    const licensed = readObject(await callAt(port, calls.setLicenseKey, { args: [license], limits: SHORT, signal }));
    if (licensed['code'] !== 1) throw new AgentError('notLicensed', { said: textOf(licensed, 'error', 'message') });
    return callAt(port, id, { args, limits: PERSON, signal });
  };

  return {
    id: 'vnpt',
    name: 'VNPT-CA Plugin',
    trustAddress: `https://localhost:${String(ports[0])}/`,
    detect: async (signal) => (await findPort(signal)) !== undefined,
    async listCertificates(signal) {
      const text = await call(calls.getCertInfo, ['0', ''], signal);
      if (text === '') return [];
      const answer = readObject(text);
      const certificate = textOf(answer, 'base64', 'certBase64');
      return certificate === undefined ? [] : [{ certificate, serial: textOf(answer, 'serial') }];
    },
    async signHash(request, signal) {
      assertStrongHash(request);
      const answer = await call(calls.signHash, [request.hash], signal);
      return readSignature(answer);
    },
    async handOver({ fetchFile, sendFile, certificateSerial }, signal) {
      const data = toBase64(await fetchFile());
      const item = JSON.stringify({ data, type: 'pdf', sigOptions: 'null' });
      const answer = await call(calls.signArrDataAdvanced, [JSON.stringify([item]), certificateSerial, '0', '1'], signal);
      await sendFile(fromBase64(readSignedFile(answer)));
    },
  };
}

const NOT_HERE: ReadonlySet<string> = new Set(['notReached', 'timedOut', 'closed', 'wrongAnswer']);

/** Some builds answer the bare value, some an object; those without the call answer something else. @throws AgentError */
function readSignature(text: string): { signature: string; certificate: string | null } {
  const bare = text.trim();
  if (/^[A-Za-z0-9+/\s]{64,}={0,2}$/.test(bare)) return { signature: bare, certificate: null };
  if (!bare.startsWith('{')) throw new AgentError('notSupported', { said: bare });
  const answer = readObject(bare);
  assertSameHash(answer['hashAlg']);
  assertDone(answer);
  const signature = textOf(answer, 'data', 'signature');
  if (signature === undefined) throw new AgentError('wrongAnswer');
  return { signature, certificate: textOf(answer, 'base64', 'certBase64') ?? null };
}

/** A list with one text, which is an object again. @throws AgentError */
function readSignedFile(text: string): string {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw new AgentError('wrongAnswer', { cause });
  }
  // safe because each entry is still unknown
  const [first] = Array.isArray(list) ? (list as unknown[]) : [];
  if (typeof first !== 'string') throw new AgentError('wrongAnswer');
  const answer = readObject(first);
  assertDone(answer);
  const data = textOf(answer, 'data');
  if (data === undefined) throw new AgentError('wrongAnswer');
  return data;
}

function assertDone(answer: Record<string, unknown>): void {
  if (answer['code'] !== 0) throw new AgentError('refused', { said: textOf(answer, 'error', 'message') });
}
