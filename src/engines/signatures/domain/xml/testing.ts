/** Builders for tests and benchmarks of XML signatures. */
import { createHash } from 'node:crypto';
import type { CmsHash, CmsScheme } from '../cms/sign.ts';
import type { KeyHolder } from '../pki/authority.ts';
import type { TestPki } from '../validation/testing.ts';
import { prepareEnveloped, signXmlBytes, xmlSigner } from './index.ts';
import type { EnvelopedOptions, PreparedXmlSignature, XmlSigner } from './index.ts';

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
