import { createHash, randomBytes, sign, verify, createPublicKey, type Hash, type KeyObject } from 'node:crypto';
import { storeParts } from '#engines/files/index.ts';
import type { SendEnvelope } from '#engines/exchange/index.ts';
import { builtInAuthority } from '#engines/signatures/adapters/built-in-authority/keys.ts';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes, type CmsSigner } from '#engines/signatures/domain/cms/sign.ts';
import { openPdf } from '#engines/signatures/domain/pdf/reader/index.ts';
import { prepareSignature, readSigningProfile, type SigningProfile } from '#engines/signatures/domain/pdf/signing/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { agencySubject, generateKey, issueCertificate } from '#engines/signatures/domain/pki/authority.ts';
import { rateOf } from './cpu-rate.ts';
import type { House } from './house.ts';

/** Bytes of letters of one to six pages with a scanned seal; 103 kB on average. */
const SIZES = [60_000, 70_000, 80_000, 90_000, 120_000, 200_000];
const SIGNERS = 16;
const AT_ONCE = 8;
const LIMIT_BYTES = 10_000_000;

type Base = { pdf: Buffer; profile: SigningProfile; hash: Hash };
type Signer = { key: KeyObject; cms: CmsSigner };
export type StoredLetter = SendEnvelope['files'][number];

export type LetterMaker = {
  /** Signs and stores so many files, each another one, with real RSA-2048 keys under the installation's own authority. Durable when it returns. */
  make(count: number): Promise<StoredLetter[]>;
  /** CPU seconds for what cannot be saved: one RSA-2048 verification and the SHA-256 of a file of average size. */
  rawSeconds(): Promise<number>;
};

/** Everything that is the same for all files is prepared once: what is left of each is its own text, hash, signature and bytes. */
export async function prepareLetters({ kernel }: House): Promise<LetterMaker> {
  const bases = SIZES.map((bytes): Base => {
    const pdf = buildPdf({ pages: 2, fillerBytes: bytes });
    return { pdf, profile: readSigningProfile(openPdf(pdf)), hash: createHash('sha256').update(pdf) };
  });
  const signers = await makeSigners(kernel);
  let made = 0;
  const one = async (): Promise<StoredLetter> => {
    made += 1;
    const stored = await storeParts(kernel, signOnce(pick(bases, made), pick(signers, made), `Phát hành số ${made}`), { limitBytes: LIMIT_BYTES });
    return { ...stored, name: `cong-van-${made}.pdf`, mediaType: 'application/pdf', role: 'main' };
  };
  return {
    async make(count) {
      const letters: StoredLetter[] = [];
      let missing = count;
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          while (missing > 0) {
            missing -= 1;
            letters.push(await one());
          }
        }),
      );
      return letters;
    },
    rawSeconds: () => rawSeconds(bases, pick(signers, 0)),
  };
}

function pick<Each>(list: readonly Each[], index: number): Each {
  const chosen = list[index % list.length];
  if (chosen === undefined) throw new Error('the list is empty');
  return chosen;
}

async function makeSigners(kernel: House['kernel']): Promise<Signer[]> {
  const { issuing } = await builtInAuthority(kernel);
  const { privateKey: issuerKey } = issuing;
  if (issuerKey === undefined) throw new Error('the built-in authority of a benchmark has its keys at hand');
  return Promise.all(
    Array.from({ length: SIGNERS }, async (_, index): Promise<Signer> => {
      const { publicKey, privateKey } = await generateKey('rsa-2048');
      const subject = agencySubject({ name: `Cơ quan đo tốc độ ${index}`, agencyCode: `H59.${index}` });
      const { raw: certificate } = issueCertificate({ ...issuing, privateKey: issuerKey }, { kind: 'signer', subject, publicKey, now: new Date() });
      return { key: privateKey, cms: cmsSigner({ certificate, chain: [issuing.certificate.raw] }) };
    }),
  );
}

function signOnce({ pdf, profile, hash }: Base, { key, cms }: Signer, reason: string): Buffer[] {
  const prepared = prepareSignature(pdf, { fieldName: 'Signature1', signingTime: new Date(), reserveBytes: estimateCmsBytes(cms), reason }, profile);
  const attributes = signedAttributes(cms, prepared.digest(cms.hash, hash));
  const { head, tail } = prepared.finish(assembleCms(cms, { attributes, signature: signAttributes(cms, key, attributes) }));
  return [head, tail];
}

async function rawSeconds(bases: readonly Base[], { key }: Signer): Promise<number> {
  const publicKey = createPublicKey(key);
  const text = randomBytes(200);
  const signature = sign('sha256', text, key);
  let turn = 0;
  const perSecond = await rateOf(() => {
    turn += 1;
    createHash('sha256').update(pick(bases, turn).pdf).digest();
    verify('sha256', text, publicKey, signature);
  });
  return 1 / perSecond;
}
