import { z } from 'zod';
import type { CmsHash } from '../../domain/cms/sign.ts';
import { certificateBytes } from '../signature-values.ts';
import { SigningDriverError, type HeldCredential } from '../signing-driver.ts';
import type { CscCredential } from './csc-api.ts';

/** What a credential keeps to be found again. */
const keyPlace = z.object({ credentialID: z.string().min(1), user: z.string().optional() });
export type KeyPlace = z.infer<typeof keyPlace>;

export const hashOids: Record<CmsHash, string> = { sha256: '2.16.840.1.101.3.4.2.1', sha384: '2.16.840.1.101.3.4.2.2', sha512: '2.16.840.1.101.3.4.2.3' };

/** Which credential it is with the service. @throws SigningDriverError `keyMissing` */
export function placeOf({ credential }: { credential: HeldCredential }): KeyPlace {
  const place = credential.container === null ? undefined : keyPlace.safeParse(JSON.parse(credential.container.toString('utf8'))).data;
  if (place === undefined) throw new SigningDriverError('keyMissing', { detail: 'the credential does not say which one it is with the service' });
  return place;
}

/** @throws SigningDriverError `certificateRejected` · `keyMissing` */
export function assertUsable({ isEnabled, certificates }: CscCredential, credential: HeldCredential): void {
  if (!isEnabled) throw new SigningDriverError('certificateRejected');
  const [first] = certificates.map(certificateBytes);
  if (first !== undefined && !first.equals(credential.certificate)) throw new SigningDriverError('keyMissing', { detail: 'the service holds another certificate now' });
}
