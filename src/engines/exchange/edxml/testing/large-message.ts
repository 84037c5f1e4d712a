/**
 * Run as a process of its own with a small heap: writes and signs a message with one large attachment, reads it while it is written, and
 * reports what that took as JSON. Arguments: megabytes, profile. Environment: certificate (Base64 of DER) and key (PEM) of the packet.
 */
import { createHash, createPrivateKey } from 'node:crypto';
import { argv, env, memoryUsage, stdout } from 'node:process';
import { readEdxml } from '../read.ts';
import { packetSigner } from '../sign-packet.ts';
import { letter, profileNamed } from '../testing.ts';
import { writeEdxml } from '../write.ts';

const megabyte = 1024 * 1024;
const sizeBytes = Number(argv[2]) * megabyte;
const profile = profileNamed(argv[3] ?? '');
const signer = packetSigner(Buffer.from(env['PACKET_CERTIFICATE'] ?? '', 'base64'), createPrivateKey(env['PACKET_KEY'] ?? ''));

/** Bytes that neither repeat soon nor compress, without keeping them. */
async function* content(): AsyncGenerator<Buffer> {
  const block = createHash('shake256', { outputLength: megabyte }).update('một trang').digest();
  for (let at = 0; at < sizeBytes; at += megabyte) {
    block.writeUInt32LE(at, 0);
    yield Buffer.from(block);
  }
}

/** Heap and buffers: what the codec holds, garbage included. */
let peakBytes = 0;
const measure = (): void => {
  const { heapUsed, external } = memoryUsage();
  peakBytes = Math.max(peakBytes, heapUsed + external);
};

async function hashOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of bytes) {
    hash.update(piece);
    measure();
  }
  return hash.digest('hex');
}

const start = performance.now();
const message = writeEdxml(letter, { profile, signer, attachments: [{ contentId: 'f1', name: 'bản đồ.tif', description: '', mediaType: 'image/tiff', open: content }] });
const sunk = new Map<string, string>();
const reading = await readEdxml(message, { sink: async ({ form }, bytes) => void sunk.set(form, await hashOf(bytes)) });
const ms = Math.round(performance.now() - start);
const [attachment] = reading.ok ? reading.attachments : [];
const meant = attachment?.unwrapped ?? attachment?.sent;
const form = attachment?.unwrapped === null ? 'sent' : 'unwrapped';
const expected = await hashOf(content());
const isSame = meant?.sha256 === expected && sunk.get(form) === expected;
stdout.write(JSON.stringify({ isSame, form, sizeBytes: meant?.sizeBytes, signature: reading.ok ? reading.signature.state : reading.problem.code, peakMb: Math.round(peakBytes / megabyte), ms }));
