/** A client of the provincial axis in ten lines. Numbers 429 and 5xx may be tried again: the same packet sent twice is one. */
export type Axis = { url: string; systemId: string; key: string };
export type AxisReply = { status: 'OK' | 'FAIL'; ErrorCode: string; ErrorDesc: string; ErrorDescEn: string; DocId: string | null; [more: string]: unknown };

/** Calls the axis: JSON for all calls, the bytes of an edXML packet for `sendEdoc`. `getEdoc` answers with the bytes of the packet. */
export async function callAxis(axis: Axis, call: string, body: object | Uint8Array<ArrayBuffer> = {}): Promise<AxisReply | Uint8Array> {
  const isPacket = body instanceof Uint8Array;
  const headers = { 'X-SystemId': axis.systemId, 'X-SecretKey': axis.key, 'Content-Type': isPacket ? 'application/octet-stream' : 'application/json' };
  const reply = await fetch(`${axis.url.replace(/\/$/, '')}/v1/${call}`, { method: 'POST', redirect: 'error', headers, body: isPacket ? body : JSON.stringify(body) });
  if (reply.headers.get('content-type')?.includes('json') !== true) return new Uint8Array(await reply.arrayBuffer());
  // safe because every answer in JSON has this form
  return (await reply.json()) as AxisReply;
}
