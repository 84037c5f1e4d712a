import { cmsSigner, signAttributes } from '../../domain/cms/sign.ts';
import { PkiError } from '../../domain/pki/errors.ts';
import { readKeyFiles, type KeyFile } from '../../domain/pki/pkcs12.ts';
import { SigningDriverError, type HeldCredential, type SigningDriver, type SignRequest } from '../signing-driver.ts';

/** Signs with an encrypted key file that the database keeps; the PIN opens it for the length of one call. */
export const keyFileHolder: SigningDriver = {
  name: 'pkcs12',
  checksSecretHere: true,
  confirmsElsewhere: false,
  async listCertificates({ container, secret }) {
    if (container === undefined) return [];
    const found = await openContainer(container, secret);
    return found.map(({ certificate, chain }) => ({ certificate: certificate.raw, chain: chain.map((each) => each.raw), container, isUsable: true }));
  },
  async sign(request) {
    const { privateKey, certificate } = await openKeyFile(request);
    const { hash, scheme } = request;
    const signer = cmsSigner({ certificate: certificate.raw, chain: [], hash, ...(scheme === undefined ? {} : { scheme }) });
    return { state: 'signed', signatures: request.items.map(({ attributes }) => signAttributes(signer, privateKey, attributes)) };
  },
  poll: () => Promise.reject(new SigningDriverError('unavailable')),
};

/** An act with several signatures opens the file once: what was opened lives as long as the caller's own object. */
const opened = new WeakMap<HeldCredential, { secret: string; file: KeyFile }>();

async function openKeyFile({ credential, secret }: SignRequest): Promise<KeyFile> {
  if (credential.container === null) throw new SigningDriverError('unavailable', { detail: 'no key file' });
  const before = opened.get(credential);
  if (before !== undefined && before.secret === secret) return before.file;
  const file = (await openContainer(credential.container, secret)).find(({ certificate }) => certificate.raw.equals(credential.certificate));
  // The file was checked when it came in; one that was exchanged since then signs for nobody.
  if (file === undefined) throw new SigningDriverError('keyMissing');
  opened.set(credential, { secret: secret ?? '', file });
  return file;
}

async function openContainer(container: Buffer, secret: string | undefined): Promise<readonly KeyFile[]> {
  if (secret === undefined || secret === '') throw new SigningDriverError('secretMissing');
  try {
    return await readKeyFiles(container, secret);
  } catch (error) {
    if (error instanceof PkiError && error.code === 'pkcs12.wrongPassword') throw new SigningDriverError('wrongSecret', { cause: error });
    throw error;
  }
}
