import type { Api } from '#ui/api-context.tsx';
import { AgentError, type HandOverKind, type SigningAgent } from '#ui/signing-agents/agent.ts';
import type { AgentOutcome, AgentRequest, HandOverAddresses, HandOverStatus } from '#engines/signatures/contract.ts';

export type AgentTask = { signingId: string; agent: SigningAgent; signal: AbortSignal };

const urlOf = (signingId: string): string => `/api/v1/signatures/signings/${signingId}`;

/**
 * Has the program on this computer sign what the server prepared, hash after hash (number, date and seal are signatures of their own), and brings
 * each answer to the server, which checks it. `waiting`: the answer was taken, and a job puts it in.
 * @throws AgentError what the program or the browser refused · ApiError what the server refused
 */
export async function signThroughAgent(api: Api, { signingId, agent, signal }: AgentTask): Promise<'signed' | 'waiting'> {
  let request = await api.get<AgentRequest>(`${urlOf(signingId)}/agent-request`, { signal });
  for (;;) {
    const answer = await agent.signHash(request, signal);
    const outcome = await api.post<AgentOutcome>(`${urlOf(signingId)}/agent-answer`, { transactionId: request.transactionId, ...answer });
    if (outcome.state !== 'next') return outcome.state;
    request = outcome.request;
  }
}

export type FileOrder = { kind: HandOverKind; documentNumber?: string; issuedOn?: string };

/**
 * Has the program sign the whole file in its own window: it is given two one-time addresses, or the page carries the file. What counts is what
 * the server says of the file that came back, whatever the program says.
 * @throws AgentError when no file came back · ApiError
 */
export async function handOverToAgent(api: Api, { signingId, agent, signal }: AgentTask, order: FileOrder): Promise<HandOverStatus> {
  const { downloadUrl, uploadUrl, handOverId, certificateSerial } = await api.post<HandOverAddresses>(`${urlOf(signingId)}/hand-over`, { kind: order.kind });
  try {
    await agent.handOver({ ...order, downloadUrl, uploadUrl, certificateSerial, fetchFile: () => fetchFile(downloadUrl, signal), sendFile: (signed) => sendFile(uploadUrl, signed) }, signal);
  } catch (error) {
    // The program may have sent the file and then hung up.
    const status = await statusOf(api, signingId);
    if (!(error instanceof AgentError) || status.handOverId !== handOverId || status.state === 'open' || status.state === 'closed') throw error;
    return status;
  }
  const status = await statusOf(api, signingId);
  if (status.state === 'open' || status.state === 'closed') throw new AgentError('wrongAnswer');
  return status;
}

async function statusOf(api: Api, signingId: string): Promise<HandOverStatus> {
  return api.get<HandOverStatus>(`${urlOf(signingId)}/hand-over`);
}

async function fetchFile(url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const reply = await fetch(url, { signal });
  if (!reply.ok) throw new AgentError('closed');
  return new Uint8Array(await reply.arrayBuffer());
}

/** Refused or not, the server keeps what it thinks of the file: the status says it. */
async function sendFile(url: string, signed: Uint8Array<ArrayBuffer>): Promise<void> {
  const form = new FormData();
  form.append('uploadfile', new Blob([signed], { type: 'application/pdf' }), 'van-ban.signed.pdf');
  await fetch(url, { method: 'POST', body: form });
}
