/**
 * How fast a signed PDF is validated (parse, hash, CMS, path, changes, report), against the limit 1 / (SHA-256 of the file + the one check of a
 * signature that cannot be left out), in one run. What a validator remembers between files (certificates, links) is remembered, and it has
 * been at work for some seconds: a server reads files for days, and until the compiler is done with this much code it is slower.
 */
import { createHash, sign, verify } from 'node:crypto';
import { assembleCms, estimateCmsBytes, signAttributes, signedAttributes } from '#engines/signatures/domain/cms/sign.ts';
import { prepareSignature } from '#engines/signatures/domain/pdf/signing/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { createValidationCache, validatePdf } from '#engines/signatures/domain/validation/index.ts';
import { compare, print } from './house/cpu-rate.ts';
import { makeCredential, type Credential, type KeyKind } from './house/signing-kit.ts';

const rounds = 21;
const validationsBefore = 20_000;
/** An upload is searched for scripts when it comes in, so a stored file need not be again; a file from the public is. */
const cases = [
  { name: 'validate', kind: 'rsa-2048', scanActive: false },
  { name: 'validate-p256', kind: 'p-256', scanActive: false },
  { name: 'validate-scan', kind: 'rsa-2048', scanActive: true },
] as const satisfies { name: string; kind: KeyKind; scanActive: boolean }[];

/** Runs all cases, prints a table and then one JSON line a case. */
export async function run(): Promise<void> {
  const pdf = buildPdf({ pages: 40, fillerBytes: 200_000 });
  const results = [];
  for (const { name, kind, scanActive } of cases) {
    const credential = await makeCredential(kind);
    const signed = signFile(pdf, credential);
    const cache = createValidationCache();
    const attributes = Buffer.alloc(200, 1);
    const signature = sign('sha256', attributes, credential.key);
    const measured = (): void => {
      const { indication, signatures } = validatePdf(signed, { now: new Date(), trustAnchors: [credential.root], cache, scanActive });
      if (indication !== 'TOTAL-PASSED' && signatures[0]?.integrity !== 'intact') throw new Error(`${name}: ${indication}`);
    };
    const reference = (): void => {
      createHash('sha256').update(signed).digest();
      verify('sha256', attributes, credential.key, signature);
    };
    for (let i = 0; i < validationsBefore; i += 1) measured();
    results.push(await compare(name, { measured, reference, rounds, unit: 'validations/cpu-s' }));
  }
  print('validation', `B-B validation of a PDF of ${String(pdf.length)} bytes, ${process.version}`, results);
}

function signFile(pdf: Buffer, { signer, key }: Credential): Buffer {
  const prepared = prepareSignature(pdf, { fieldName: 'Signature1', signingTime: new Date(), reserveBytes: estimateCmsBytes(signer) });
  const attributes = signedAttributes(signer, prepared.digest(signer.hash));
  const { head, tail } = prepared.finish(assembleCms(signer, { attributes, signature: signAttributes(signer, key, attributes) }));
  return Buffer.concat([head, tail]);
}
