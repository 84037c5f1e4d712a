/** One attachment on its way from Base64 to whoever keeps the bytes. */
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { extensionOf, sniff } from '#engines/files/index.ts';
import { Base64Damage, createBase64Decoder } from './base64.ts';
import type { EdxmlBytes } from './model.ts';
import { createUnwrapper, mayBeWrapped, UnwrapRefused } from './unwrap.ts';
import type { UnwrapLimits, UnwrapRefusal, Unwrapper } from './unwrap.ts';

/** What is known of an attachment when its bytes begin; elements may still follow them. */
export interface AttachmentHead {
  /** From 0, in the order of the message. */
  readonly ordinal: number;
  readonly contentId: string;
  /** Clean. */
  readonly name: string;
  readonly statedMediaType: string;
  /** `unwrapped` comes beside `sent` when the sender's toolkit may have put the file into a ZIP; it may still fail halfway. */
  readonly form: 'sent' | 'unwrapped';
}

/**
 * Takes the bytes of one attachment, in pieces, and keeps them. The iteration throws when the bytes turn out to be damaged or the message
 * ends in the middle: what was kept until then is worth nothing. What the sink itself throws ends the reading, except for `unwrapped`
 * bytes that fail anyway. A sink may return early when it wants no more.
 */
export type AttachmentSink = (head: AttachmentHead, content: AsyncIterable<Buffer>) => Promise<void>;

const HEAD_BYTES = 4096;

export interface StreamedAttachment {
  readonly sent: EdxmlBytes | null;
  readonly unwrapped: EdxmlBytes | null;
  /** Why there is nothing, in words for the log. */
  readonly damage: string | null;
  readonly isPadded: boolean;
  /** Why what looked like a wrapped file was none. */
  readonly unwrapRefusal: UnwrapRefusal | null;
  /** True when the head of the file that is meant contradicts the stated content type or the name. */
  readonly isTypeWrong: boolean;
}

export interface AttachmentStream {
  push(text: string): Promise<void>;
  finish(): Promise<StreamedAttachment>;
  /** Nothing more comes: the sinks are told. */
  drop(error: Error): Promise<void>;
}

export interface AttachmentStreamOptions {
  readonly sink: AttachmentSink;
  readonly unwrap: UnwrapLimits | undefined;
}

export function streamAttachment(head: Omit<AttachmentHead, 'form'>, { sink, unwrap }: AttachmentStreamOptions): AttachmentStream {
  const decoder = createBase64Decoder();
  const sent = openChannel(sink, { ...head, form: 'sent' });
  let first: Buffer | undefined = Buffer.alloc(0);
  let wrapped: Wrapped | undefined;
  let damage: string | null = null;
  let isPadded = true;
  const write = async (bytes: Buffer): Promise<void> => {
    if (bytes.length === 0) return;
    await sent.write(bytes);
    if (wrapped !== undefined) await wrapped.push(bytes);
    if (first === undefined) return;
    first = Buffer.concat([first, bytes]);
    if (first.length >= HEAD_BYTES) await decide();
  };
  const decide = async (): Promise<void> => {
    const begun = first;
    first = undefined;
    if (begun === undefined || unwrap === undefined || !mayBeWrapped(extensionOf(head.name), begun)) return;
    wrapped = takeOut(openChannel(sink, { ...head, form: 'unwrapped' }), unwrap);
    await wrapped.push(begun);
  };
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    if (damage !== null) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Base64Damage)) throw error;
      damage = error.message;
      await Promise.all([sent.abort(error), wrapped?.drop(error)]);
    }
  };
  return {
    push: (text) => guarded(() => write(decoder.push(text))),
    finish: async () => {
      await guarded(async () => {
        const end = decoder.end();
        isPadded = end.isPadded;
        await write(end.rest);
        await decide();
      });
      if (damage !== null) return { sent: null, unwrapped: null, damage, isPadded, unwrapRefusal: null, isTypeWrong: false };
      const unwrapped = (await wrapped?.finish()) ?? null;
      const asSent = await sent.finish();
      const { isNameWrong } = unwrapped?.finished ?? asSent;
      // What was wrapped may be called by what it is or by the ZIP around it.
      const isTypeWrong = isNameWrong || [asSent, unwrapped?.finished ?? asSent].every(({ bytes }) => isWrong(head.statedMediaType, bytes.mediaType));
      return { sent: asSent.bytes, unwrapped: unwrapped?.finished?.bytes ?? null, damage: null, isPadded, unwrapRefusal: unwrapped?.refusal ?? null, isTypeWrong };
    },
    drop: async (error) => {
      await Promise.all([sent.abort(error), wrapped?.drop(error)]);
    },
  };
}

/** Names that the toolkit has for types that are right all the same. */
const sdkTypes: Readonly<Record<string, string>> = {
  'application/doc': 'application/msword',
  'application/docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/xls': 'application/vnd.ms-excel',
  'application/xslx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'image/jpg': 'image/jpeg',
  'text/xml': 'application/xml',
  'application/x-zip-compressed': 'application/zip',
};

function isWrong(stated: string, real: string): boolean {
  const plain = stated.toLowerCase().split(';')[0]?.trim() ?? '';
  return plain !== '' && plain !== real && sdkTypes[plain] !== real;
}

interface Wrapped {
  push(bytes: Buffer): Promise<void>;
  finish(): Promise<{ readonly finished: Finished | null; readonly refusal: UnwrapRefusal | null }>;
  drop(error: Error): Promise<void>;
}

function takeOut(channel: Channel, limits: UnwrapLimits): Wrapped {
  const unwrapper: Unwrapper = createUnwrapper((bytes) => channel.write(bytes), limits);
  let refusal: UnwrapRefusal | null = null;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (refusal !== null) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof UnwrapRefused)) throw error;
      refusal = error.reason;
      unwrapper.drop();
      await channel.abort(error);
    }
  };
  return {
    push: (bytes) => attempt(() => unwrapper.push(bytes)),
    finish: async () => {
      await attempt(() => unwrapper.end());
      return { finished: refusal === null ? await channel.finish() : null, refusal };
    },
    drop: async (error) => {
      unwrapper.drop();
      await channel.abort(error);
    },
  };
}

interface Finished {
  readonly bytes: EdxmlBytes;
  /** True when the head is not what the extension says. */
  readonly isNameWrong: boolean;
}

interface Channel {
  /** @throws whatever the sink threw */
  write(bytes: Buffer): Promise<void>;
  finish(): Promise<Finished>;
  abort(error: Error): Promise<void>;
}

/** Hands bytes over as fast as the sink takes them, and counts and hashes them on the way. */
function openChannel(sink: AttachmentSink, head: AttachmentHead): Channel {
  const through = new PassThrough({ highWaterMark: 256 * 1024 });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let first: Buffer = Buffer.alloc(0);
  let failure: { readonly error: unknown } | undefined;
  // Whoever does not look at the content any more is not to bring the process down.
  through.on('error', () => undefined);
  const done = sink(head, through).then(
    () => void through.destroy(),
    (error: unknown) => {
      failure = { error };
      through.destroy();
    },
  );
  const check = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    write: async (bytes) => {
      sizeBytes += bytes.length;
      hash.update(bytes);
      if (first.length < HEAD_BYTES) first = Buffer.concat([first, bytes.subarray(0, HEAD_BYTES)]);
      check();
      if (through.destroyed || through.write(bytes)) return;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          through.off('drain', go);
          through.off('close', go);
          resolve();
        };
        through.once('drain', go);
        through.once('close', go);
      });
      check();
    },
    finish: async () => {
      through.end();
      await done;
      check();
      const { mediaType, isNameWrong } = realType(first, head.name);
      return { bytes: { sha256: hash.digest('hex'), sizeBytes, mediaType }, isNameWrong };
    },
    abort: async (error) => {
      through.destroy(error);
      await done;
    },
  };
}

/** By the name where the head agrees with it, else by the head alone. */
function realType(first: Buffer, name: string): { readonly mediaType: string; readonly isNameWrong: boolean } {
  const head = first.subarray(0, HEAD_BYTES);
  const named = sniff(head, name);
  const isNameWrong = named.kind === 'executable' || named.problem?.kind === 'contentMismatch';
  if (!isNameWrong) return { mediaType: named.mediaType, isNameWrong };
  const byHead: Partial<Record<typeof named.kind, string>> = { executable: 'application/x-executable', zip: 'application/zip', ole: 'application/x-ole-storage', xml: 'application/xml', html: 'text/html', text: 'text/plain' };
  return { mediaType: byHead[named.kind] ?? sniff(head, '').mediaType, isNameWrong };
}
