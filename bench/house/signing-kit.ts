import type { Hash, KeyObject } from 'node:crypto';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes } from '#engines/signatures/domain/cms/sign.ts';
import type { CmsSigner } from '#engines/signatures/domain/cms/sign.ts';
import { prepareSignature } from '#engines/signatures/domain/pdf/signing/index.ts';
import type { SigningProfile } from '#engines/signatures/domain/pdf/signing/index.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '#engines/signatures/domain/pki/authority.ts';
import type { Certificate } from '#engines/signatures/domain/pki/certificate.ts';

export type KeyKind = 'rsa-2048' | 'rsa-3072' | 'p-256';
export type Credential = { readonly key: KeyObject; readonly signer: CmsSigner; readonly certificate: Buffer; readonly chain: readonly Buffer[]; readonly root: Certificate };

/** A signer under an authority of its own. */
export async function makeCredential(kind: KeyKind): Promise<Credential> {
  const now = new Date();
  const root = await createRootAuthority({ organization: 'Đo tốc độ', now });
  const authority = await createIssuingAuthority(root, { organization: 'Đo tốc độ', now });
  const { publicKey, privateKey } = await generateKey(kind);
  const subject = personSubject({ name: 'Nguyễn Văn Đo', organization: 'Đo tốc độ' });
  const { raw: certificate } = issueCertificate(authority, { kind: 'signer', subject, publicKey, now });
  const chain = [authority.certificate.raw];
  return { key: privateKey, signer: cmsSigner({ certificate, chain }), certificate, chain, root: root.certificate };
}

/** The whole way from the file to the two parts of the signed file. */
export function signWhole(pdf: Buffer, { key, signer }: Credential, known: { profile?: SigningProfile; base?: Hash } = {}): number {
  const request = { fieldName: 'Signature1', signingTime: new Date(), reserveBytes: estimateCmsBytes(signer), reason: 'Phê duyệt' };
  const prepared = prepareSignature(pdf, request, known.profile);
  const attributes = signedAttributes(signer, prepared.digest(signer.hash, known.base));
  const signature = signAttributes(signer, key, attributes);
  const { head, tail } = prepared.finish(assembleCms(signer, { attributes, signature }));
  return head.length + tail.length;
}
