import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { SigningDriverError, type OwnKeys } from '../signing-driver.ts';
import type { LaneAnswer, LaneOrder } from './lanes.ts';
import type { TokenChoice } from './token.ts';

/** No certificate has this encoding: the token looks for the key by its id. */
const NO_CERTIFICATE = Buffer.alloc(0);
const KEY_ID_BYTES = 16;

/** The installation's own keys in a token that it opens with its own PIN. */
export function ownKeysIn(ask: (order: LaneOrder) => Promise<LaneAnswer>, { choice, pin }: { choice: TokenChoice; pin: string }): OwnKeys {
  return {
    async generate(kind, label) {
      const keyId = randomBytes(KEY_ID_BYTES);
      const answer = await ask({ kind: 'generate', choice, key: { kind, keyId, label, pin } });
      if (answer.state !== 'generated') throw new SigningDriverError('unavailable');
      return { keyId: keyId.toString('hex'), publicKey: createPublicKey({ key: Buffer.from(answer.publicKey), format: 'der', type: 'spki' }) };
    },
    async sign({ keyId, publicKey }, { hash, data }) {
      const scheme = publicKey.asymmetricKeyType === 'ec' ? 'ecdsa' : 'rsa-pkcs1';
      const digests = [createHash(hash).update(data).digest()];
      const request = { certificate: NO_CERTIFICATE, keyId: Buffer.from(keyId, 'hex'), pin, keepsLogin: true, scheme, hash, digests } as const;
      const answer = await ask({ kind: 'sign', choice, request });
      const [signature] = answer.state === 'signed' ? answer.signatures : [];
      if (signature === undefined) throw new SigningDriverError('unavailable');
      return Buffer.from(signature);
    },
    async missing(keyIds) {
      const answer = await ask({ kind: 'missing', choice, keyIds: keyIds.map((each) => Buffer.from(each, 'hex')), pin });
      if (answer.state !== 'looked') throw new SigningDriverError('unavailable');
      return answer.missing.map((each) => Buffer.from(each).toString('hex'));
    },
  };
}
