import { SigningDriverError, type HeldCredential, type PersonalAccess, type SignatureRelease } from '../signing-driver.ts';
import { beginAuthorization, finishRelease, type CodeAccess } from './access.ts';
import { activationKey, type Activations } from './activations.ts';
import { isConsented, type CscApi, type CscCredential } from './csc-api.ts';
import { assertUsable, hashOids, placeOf } from './key-place.ts';

type Holder = {
  api: CscApi;
  access: CodeAccess;
  activations: Activations;
  withToken: <Result>(personal: PersonalAccess | undefined, work: (token: string) => Promise<Result>) => Promise<Result>;
};

/** How a person consents to certain signatures on a page of the service: OAuth 2.0 with scope `credential` (CSC API 1.0.4 section 8.3, 2.0 section 8.4). */
export function releaseWith({ api, access, activations, withToken }: Holder): SignatureRelease {
  return {
    begin: (credential, { hash, hashes, followedBy, description }) =>
      withToken(credential.access, async (token) => {
        const { credentialID } = placeOf({ credential });
        const described = await api.credential(token, credentialID);
        assertUsable(described, credential);
        if (!isConsented(described.mode)) throw new SigningDriverError('releaseUnwanted');
        if (hashes.length > described.multisign) throw new SigningDriverError('unavailable', { detail: 'one consent covers fewer signatures' });
        const count = hashes.length + ((await carriesOn(api, described, hashes.length + followedBy)) ? followedBy : 0);
        return beginAuthorization(access, { credentialID, hashes, hashOid: hashOids[hash], count, description, version: api.version });
      }),
    finish: (answer) => finishRelease(access, answer),
    covers: (credential, secret) => activations.covers(keyOfRelease(credential, secret)),
  };
}

/** Activation data that a consent brought, as they are remembered for the next signature of the act. */
export function keyOfRelease(credential: HeldCredential, secret: string): string {
  return activationKey(placeOf({ credential }).credentialID, { secret: undefined, code: secret });
}

/** Whether one consent does for several signatures, each over the one before: the service has to have the call and to cover so many. */
export async function carriesOn(api: CscApi, { multisign }: CscCredential, count: number): Promise<boolean> {
  return count > 1 && count <= multisign && (await api.info()).methods.includes('credentials/extendTransaction');
}
