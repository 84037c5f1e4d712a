/** Builders for tests and benchmarks of XML signatures. */
import { createHash, sign } from 'node:crypto';
import type { CmsHash, CmsScheme } from '../cms/sign.ts';
import type { KeyHolder } from '../pki/authority.ts';
import type { TestPki } from '../validation/testing.ts';
import { canonicalBytes } from './canonical.ts';
import { prepareEnveloped, signXmlBytes, xmlSigner } from './index.ts';
import type { EnvelopedOptions, PreparedXmlSignature, XmlSigner } from './index.ts';
import { readXml } from './reader.ts';

export interface TestXmlSigner {
  readonly signer: XmlSigner;
  readonly holder: KeyHolder;
}

export function testSigner(pki: TestPki, holder: KeyHolder = pki.person, options: { readonly hash?: CmsHash; readonly scheme?: CmsScheme } = {}): TestXmlSigner {
  return { holder, signer: xmlSigner({ certificate: holder.certificate.raw, chain: [pki.issuing.certificate.raw], ...options }) };
}

/** Second phase with a key at hand, with a time stamp if an instant is given. */
export function finishXml(prepared: PreparedXmlSignature, { signer, holder }: TestXmlSigner, stamp?: { readonly pki: TestPki; readonly at: Date }): Buffer {
  const signature = signXmlBytes(signer, holder.privateKey, prepared.toBeSigned);
  if (stamp === undefined) return prepared.finish({ signature });
  const digest = createHash('sha256').update(prepared.timestampInput(signature)).digest();
  return prepared.finish({ signature, timestampToken: stamp.pki.tsa.token({ hash: 'sha256', digest, now: stamp.at }) });
}

/** Signs inside the document in one go. */
export function signXml(xml: Buffer | string, signer: TestXmlSigner, options: EnvelopedOptions): Buffer {
  return finishXml(prepareEnveloped(Buffer.from(xml), signer.signer, options), signer);
}

/** An invoice with everything that makes canonicalisation hard: CDATA, references, namespaces, Vietnamese text. */
export function invoice(lines: number): string {
  const items = Array.from({ length: lines }, (_, i) => `<HHDVu xmlns:unused="urn:unused" STT="${i + 1}" b:loai='hàng "tốt"'><THHDVu><![CDATA[Giấy A4 <Bãi Bằng> & bút]]></THHDVu><SLuong>${i}.5</SLuong><ThTien>120000&#13;\r\n</ThTien><b:ghichu xmlns="">Đã&#x9;kiểm</b:ghichu></HHDVu>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- hóa đơn -->\n<HDon xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue" xmlns:b="urn:b" xml:lang="vi"><DLHDon Id="HD01"><?in hai bản?>${items.join('')}<!--hết--></DLHDon><DSCKS><NBan/><NMua></NMua></DSCKS></HDon>`;
}

export interface TestReference {
  readonly uri: string;
  /** What stands there; `signed` is what stood there when it was signed, if that is something else. */
  readonly content: Buffer;
  readonly signed?: Buffer;
  readonly transform?: string;
}

const dsig = 'http://www.w3.org/2000/09/xmldsig#';

/** A plain signature with references of any kind, as no signer of the product makes it. References must be about detached files, or about `KeyInfo`. */
export function signReferences({ certificate, privateKey }: KeyHolder, references: readonly TestReference[], around: readonly [string, string] = ['', '']): Buffer {
  const method = { kind: 'inclusive', withComments: false } as const;
  const keyInfo = `<KeyInfo xmlns="${dsig}" Id="key"><X509Data><X509Certificate>${certificate.raw.toString('base64')}</X509Certificate></X509Data></KeyInfo>`;
  const listed = references.map(({ uri, content, signed = content, transform }) => {
    const digested = uri === '#key' ? canonicalBytes({ document: readXml(keyInfo), hasComments: false }, method) : transform === undefined ? signed : canonicalBytes({ document: readXml(signed), hasComments: false }, method);
    const digest = createHash('sha256').update(digested).digest('base64');
    const transforms = transform === undefined ? '' : `<Transforms><Transform Algorithm="${transform}"></Transform></Transforms>`;
    return `<Reference URI="${uri}">${transforms}<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod><DigestValue>${digest}</DigestValue></Reference>`;
  });
  const info = `<SignedInfo xmlns="${dsig}"><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></CanonicalizationMethod><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>${listed.join('')}</SignedInfo>`;
  const value = sign('sha256', Buffer.from(info), privateKey).toString('base64');
  return Buffer.from(`${around[0]}<Signature xmlns="${dsig}">${info.replace(` xmlns="${dsig}"`, '')}<SignatureValue>${value}</SignatureValue>${keyInfo.replace(` xmlns="${dsig}"`, '')}</Signature>${around[1]}`);
}
