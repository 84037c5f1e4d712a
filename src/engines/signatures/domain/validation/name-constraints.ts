/** Name constraints (RFC 5280 section 4.2.1.10): for which names an authority may issue at all, marked critical or not. */
import { Asn1Error } from '../asn1/errors.ts';
import { children, contentOf, fieldsOf, readAsn1 } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import type { Certificate } from '../pki/certificate.ts';
import { isNameWithin, readName } from '../pki/name.ts';
import { OID } from '../pki/oids.ts';

/** Tags of GeneralName. */
const emailTag = 0x81;
const directoryTag = 0xa4;

/** True when an authority that carries constraints may issue this certificate; what cannot be read, or is a kind of name not judged here, allows nothing of it. */
export function allowsNames({ extensions }: Certificate, below: Certificate): boolean {
  const value = extensions.get(OID.nameConstraints)?.value;
  if (value === undefined) return true;
  try {
    const fields = fieldsOf(readAsn1(value, { ber: true }));
    const permitted = subtreesOf(fields.optional(0xa0));
    const excluded = subtreesOf(fields.optional(0xa1));
    if (fields.rest().length > 0) return false;
    return namesOf(below).every((name) => {
      const wanted = permitted.filter(({ tag }) => tag === name.tag);
      return (wanted.length === 0 || wanted.some((base) => isWithin(name, base) === true)) && excluded.every((base) => base.tag !== name.tag || isWithin(name, base) === false);
    });
  } catch (error) {
    if (error instanceof Asn1Error) return false;
    throw error;
  }
}

function subtreesOf(list: Asn1Node | undefined): Asn1Node[] {
  return list === undefined ? [] : children(list).map((subtree) => fieldsOf(subtree).take());
}

interface Name {
  readonly tag: number;
  /** Of the name as it stands in the subject, for the kinds that are judged here. */
  readonly certificate: Certificate;
  readonly text: string;
  readonly node: Asn1Node | undefined;
}

/** The subject, the addresses in it, and the alternative names. */
function namesOf(certificate: Certificate): Name[] {
  const { subject, extensions } = certificate;
  const value = extensions.get(OID.subjectAltName)?.value;
  const alternatives = value === undefined ? [] : children(readAsn1(value, { ber: true }));
  const inSubject = subject.attributes.filter(({ oid }) => oid === OID.email).map(({ value: text }): Name => ({ tag: emailTag, certificate, text, node: undefined }));
  const whole: Name[] = subject.attributes.length === 0 ? [] : [{ tag: directoryTag, certificate, text: '', node: undefined }];
  return [...whole, ...inSubject, ...alternatives.map((node): Name => ({ tag: node.tag, certificate, text: contentOf(node).toString('latin1'), node }))];
}

/** Undefined for kinds of names that are not judged here. */
function isWithin({ tag, certificate, text, node }: Name, base: Asn1Node): boolean | undefined {
  if (tag === directoryTag) return isNameWithin(node ? readName(directoryOf(node)) : certificate.subject, readName(directoryOf(base)));
  return tag === emailTag ? isAddressWithin(text, contentOf(base).toString('latin1')) : undefined;
}

function directoryOf(node: Asn1Node): Asn1Node {
  return fieldsOf(node, directoryTag).take(0x30);
}

/** A mailbox, a host, or with a dot in front everything below a domain. */
function isAddressWithin(address: string, base: string): boolean {
  const [wanted, given] = [base.toLowerCase(), address.toLowerCase()];
  if (wanted.includes('@')) return given === wanted;
  const host = given.slice(given.lastIndexOf('@') + 1);
  return wanted.startsWith('.') ? host.endsWith(wanted) : host === wanted;
}
