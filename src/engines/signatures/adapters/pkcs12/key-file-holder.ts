import { cmsSigner, signAttributes } from '../../domain/cms/sign.ts';
import { PkiError } from '../../domain/pki/errors.ts';
import { readPkcs12, type KeyFile } from '../../domain/pki/pkcs12.ts';
import { KeyHolderError, type HeldCredential, type KeyHolder, type SignRequest } from '../key-holder.ts';

/** Signs with an encrypted key file that the database keeps; the PIN opens it for the length of one call. */
export const keyFileHolder: KeyHolder = {
  name: 'pkcs12',
  checksSecretHere: true,
  listCertificates: ({ certificate, chain }) => Promise.resolve([{ certificate, chain }]),
  async sign(request) {
    const { privateKey, certificate } = await openKeyFile(request);
    const signer = cmsSigner({ certificate: certificate.raw, chain: [], hash: request.hash });
    return { state: 'signed', signatures: request.items.map(({ attributes }) => signAttributes(signer, privateKey, attributes)) };
  },
  poll: () => Promise.reject(new KeyHolderError('unavailable')),
};

/** An act with several signatures opens the file once: what was opened lives as long as the caller's own object. */
const opened = new WeakMap<HeldCredential, { secret: string; file: KeyFile }>();

async function openKeyFile({ credential, secret }: SignRequest): Promise<KeyFile> {
  if (secret === undefined || secret === '') throw new KeyHolderError('secretMissing');
  if (credential.container === null) throw new KeyHolderError('unavailable');
  const before = opened.get(credential);
  if (before?.secret === secret) return before.file;
  try {
    const file = await readPkcs12(credential.container, secret);
    opened.set(credential, { secret, file });
    return file;
  } catch (error) {
    if (error instanceof PkiError && error.code === 'pkcs12.wrongPassword') throw new KeyHolderError('wrongSecret', { cause: error });
    throw error;
  }
}
