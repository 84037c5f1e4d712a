/** PKCS#12 key files (RFC 7292): reads what Windows, OpenSSL and tokens export, writes AES-256 only. */
import { createPrivateKey, createPublicKey, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Asn1Error } from '../asn1/errors.ts';
import { ctx, ctxPrim, int, nul, oct, oid, seq, set, tlv } from '../asn1/der.ts';
import { children, expectTag, fieldsOf, numberOf, octetsOf, oidOf, readAsn1, textOf } from '../asn1/reader.ts';
import type { Asn1Node, Fields } from '../asn1/reader.ts';
import { readHashAlgorithm } from './algorithms.ts';
import type { HashName } from './algorithms.ts';
import { parseCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { PkiError } from './errors.ts';
import { OID } from './oids.ts';
import { decryptWithPassword, encryptWithPassword, pkcs12Mac, readPbmac1 } from './pkcs12-encryption.ts';
import { passwordForms, type PasswordForm } from './pkcs12-passwords.ts';

export interface KeyFile {
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
  /** The other certificates of the file, in its order. */
  readonly chain: readonly Certificate[];
  readonly friendlyName: string | undefined;
}

const maxFileBytes = 4 * 1024 * 1024;
const maxBags = 50;

interface Bag {
  readonly kind: string;
  readonly value: Asn1Node;
  readonly localKeyId: string | undefined;
  readonly friendlyName: string | undefined;
}

/**
 * Opens a key file and gives its first key, for files that hold one.
 * @throws PkiError as `readKeyFiles`
 */
export async function readPkcs12(file: Buffer, password: string): Promise<KeyFile> {
  const [first] = await readKeyFiles(file, password);
  if (first === undefined) throw new PkiError('pkcs12.noKey');
  return first;
}

/**
 * Opens a key file. Each of its keys comes with each certificate that it has, in the order of the file: an exported store often
 * holds keys for signing and for encryption, or those before a renewal. Throws PkiError: `pkcs12.wrongPassword` when the password
 * does not fit, `pkcs12.malformed` when the file is damaged (also when the password fits but the integrity value does not),
 * `pkcs12.unsupported`, `pkcs12.tooCostly`, `pkcs12.noKey`. The password is tried in the spellings of `passwordForms`.
 */
export async function readKeyFiles(file: Buffer, password: string): Promise<readonly KeyFile[]> {
  try {
    if (file.length > maxFileBytes) throw new PkiError('pkcs12.malformed', 'size');
    const fields = fieldsOf(readAsn1(file, { ber: true }));
    if (numberOf(fields.take(0x02)) !== 3) throw new PkiError('pkcs12.malformed', 'version');
    const safe = contentData(fields.take(0x30));
    const mac = fields.optional(0x30);
    const forms = passwordForms(password);
    if (mac === undefined) return assemble(await openWithAny(safe, forms));
    const fitting = await findFittingPassword(safe, mac, forms);
    if (fitting === undefined) throw await explainMacFailure(safe, forms);
    return assemble(await openSafe(safe, fitting));
  } catch (error) {
    if (error instanceof Asn1Error) throw new PkiError('pkcs12.malformed', error.code, { cause: error });
    if (error instanceof PkiError && error.code === 'certificate.malformed') throw new PkiError('pkcs12.malformed', 'certificate', { cause: error });
    throw error;
  }
}

/** The contents of a ContentInfo of type data. */
function contentData(contentInfo: Asn1Node): Buffer {
  const fields = fieldsOf(contentInfo);
  const type = oidOf(fields.take());
  if (type !== OID.data) throw new PkiError('pkcs12.unsupported', type);
  return octetsOf(fieldsOf(fields.take(0xa0), 0xa0).take());
}

async function findFittingPassword(safe: Buffer, mac: Asn1Node, forms: readonly PasswordForm[]): Promise<PasswordForm | undefined> {
  const fields = fieldsOf(mac);
  const digestInfo = fieldsOf(fields.take(0x30));
  const macOf = readMac(digestInfo.take(0x30), fields);
  const expected = octetsOf(digestInfo.take(0x04));
  for (const form of forms) {
    const actual = await macOf(form, safe);
    if (actual.length === expected.length && timingSafeEqual(actual, expected)) return form;
  }
  return undefined;
}

/** How the integrity value is made: by the derivation of PKCS#12, or by PBMAC1, beside which salt and rounds mean nothing. */
function readMac(algorithm: Asn1Node, fields: Fields): (form: PasswordForm, data: Buffer) => Promise<Buffer> {
  const named = fieldsOf(algorithm);
  if (oidOf(named.take()) === OID.pbmac1) return readPbmac1(named.take());
  const hash: HashName = readHashAlgorithm(algorithm);
  const salt = octetsOf(fields.take(0x04));
  const rounds = fields.optional(0x02);
  return ({ text }, data) => pkcs12Mac(text, { hash, salt, iterations: rounds ? numberOf(rounds) : 1, data });
}

/** A part that opens although the integrity value fails shows that the password is right and the file is not. */
async function explainMacFailure(safe: Buffer, forms: readonly PasswordForm[]): Promise<PkiError> {
  const opened = await openWithAny(safe, forms.slice(0, 1)).catch((error: unknown) => {
    if (error instanceof PkiError || error instanceof Asn1Error) return undefined;
    throw error;
  });
  const isOpenedByPassword = opened?.some((bag) => bag.kind === OID.keyBag) === true;
  return new PkiError(isOpenedByPassword ? 'pkcs12.malformed' : 'pkcs12.wrongPassword', isOpenedByPassword ? 'integrity' : undefined);
}

/** Without an integrity value a spelling fits when the content opens; one in 256 wrong ones leaves the padding of something else. */
async function openWithAny(safe: Buffer, forms: readonly PasswordForm[]): Promise<Bag[]> {
  for (const form of forms) {
    try {
      return await openSafe(safe, form);
    } catch (error) {
      if (!(error instanceof Asn1Error) && !(error instanceof PkiError && error.code === 'pkcs12.wrongPassword')) throw error;
    }
  }
  throw new PkiError('pkcs12.wrongPassword');
}

/** All bags of the file, encrypted ones opened; a key bag that was shrouded comes out as a plain key bag. */
async function openSafe(safe: Buffer, password: PasswordForm): Promise<Bag[]> {
  const bags: Bag[] = [];
  for (const contentInfo of children(expectTag(readAsn1(safe, { ber: true }), 0x30))) {
    const fields = fieldsOf(contentInfo);
    const type = oidOf(fields.take());
    const content = fieldsOf(fields.take(0xa0), 0xa0).take();
    if (type === OID.data) bags.push(...(await readBags(octetsOf(content), password)));
    else if (type === OID.encryptedData) bags.push(...(await readBags(await openEncryptedData(content, password), password)));
    else throw new PkiError('pkcs12.unsupported', type);
    if (bags.length > maxBags) throw new PkiError('pkcs12.malformed', 'too many bags');
  }
  return bags;
}

async function openEncryptedData(content: Asn1Node, password: PasswordForm): Promise<Buffer> {
  const fields = fieldsOf(content);
  fields.take(0x02);
  const info = fieldsOf(fields.take(0x30));
  info.take(0x06);
  const algorithm = info.take(0x30);
  const ciphertext = info.take();
  if ((ciphertext.tag & 0xdf) !== 0x80) throw new PkiError('pkcs12.malformed', 'encrypted content');
  return decryptOrRefuse(algorithm, octetsOf(ciphertext), password);
}

async function decryptOrRefuse(algorithm: Asn1Node, ciphertext: Buffer, password: PasswordForm): Promise<Buffer> {
  const plain = await decryptWithPassword(algorithm, ciphertext, password);
  if (plain === undefined) throw new PkiError('pkcs12.wrongPassword');
  return plain;
}

async function readBags(safeContents: Buffer, password: PasswordForm): Promise<Bag[]> {
  const bags: Bag[] = [];
  for (const entry of children(expectTag(readAsn1(safeContents, { ber: true }), 0x30)).slice(0, maxBags)) {
    const fields = fieldsOf(entry);
    const kind = oidOf(fields.take());
    const value = fieldsOf(fields.take(0xa0), 0xa0).take();
    const attributes = readAttributes(fields.optional(0x31));
    if (kind === OID.shroudedKeyBag) {
      const shroud = fieldsOf(value);
      const plain = await decryptOrRefuse(shroud.take(0x30), octetsOf(shroud.take(0x04)), password);
      bags.push({ kind: OID.keyBag, value: readAsn1(plain, { ber: true, allowTrailing: true }), ...attributes });
    } else bags.push({ kind, value, ...attributes });
  }
  return bags;
}

function readAttributes(attributes: Asn1Node | undefined): Pick<Bag, 'localKeyId' | 'friendlyName'> {
  let localKeyId: string | undefined;
  let friendlyName: string | undefined;
  for (const attribute of attributes ? children(attributes) : []) {
    const fields = fieldsOf(attribute);
    const name = oidOf(fields.take());
    const value = children(fields.take(0x31))[0];
    if (name === OID.localKeyId && value) localKeyId = octetsOf(value).toString('hex');
    if (name === OID.friendlyName && value) friendlyName = textOf(value);
  }
  return { localKeyId, friendlyName };
}

function assemble(bags: readonly Bag[]): KeyFile[] {
  const certificates = bags.filter((bag) => bag.kind === OID.certBag).flatMap(readCertificateBag);
  const found = bags
    .filter((candidate) => candidate.kind === OID.keyBag)
    .flatMap((bag) => {
      const privateKey = loadPrivateKey(bag.value);
      const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
      const own = certificates.filter((certificate) => certificate.spki.equals(spki));
      return own.map((certificate) => ({ privateKey, certificate, chain: certificates.filter((other) => other !== certificate), friendlyName: bag.friendlyName }));
    });
  if (found.length === 0) throw new PkiError('pkcs12.noKey');
  return found;
}

function readCertificateBag(bag: Bag): Certificate[] {
  const fields = fieldsOf(bag.value);
  if (oidOf(fields.take()) !== OID.x509Certificate) return [];
  return [parseCertificate(octetsOf(fieldsOf(fields.take(0xa0), 0xa0).take()))];
}

function loadPrivateKey(node: Asn1Node): KeyObject {
  try {
    return createPrivateKey({ key: node.buffer.subarray(node.start, node.end), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new PkiError('pkcs12.malformed', 'private key', { cause });
  }
}

export interface NewKeyFile {
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
  readonly chain?: readonly Certificate[];
  readonly password: string;
  readonly friendlyName?: string;
  /** Rounds of the key derivations, for encryption and integrity alike; 100 000 unless given, never less than 10 000. */
  readonly iterations?: number;
}

/** Writes a key file: PBES2 with AES-256-CBC, PBKDF2-HMAC-SHA256, integrity by HMAC-SHA256. The password is taken in normal form C. */
export async function writePkcs12(input: NewKeyFile): Promise<Buffer> {
  const password = input.password.normalize('NFC');
  const iterations = Math.max(10_000, input.iterations ?? 100_000);
  const keyId = Buffer.from(input.certificate.fingerprint, 'hex').subarray(0, 20);
  const attributes = set(...bagAttributes(keyId, input.friendlyName));
  const certificateBags = [input.certificate, ...(input.chain ?? [])].map((certificate, index) =>
    seq(oid(OID.certBag), ctx(0, seq(oid(OID.x509Certificate), ctx(0, oct(certificate.raw)))), ...(index === 0 ? [attributes] : [])),
  );
  const certificates = await encryptWithPassword(seq(...certificateBags), password, iterations);
  const key = await encryptWithPassword(input.privateKey.export({ format: 'der', type: 'pkcs8' }), password, iterations);
  const keyBag = seq(oid(OID.shroudedKeyBag), ctx(0, seq(key.algorithm, oct(key.ciphertext))), attributes);
  const encrypted = seq(int(0), seq(oid(OID.data), certificates.algorithm, ctxPrim(0, certificates.ciphertext)));
  const safe = seq(seq(oid(OID.encryptedData), ctx(0, encrypted)), seq(oid(OID.data), ctx(0, oct(seq(keyBag)))));
  const salt = randomBytes(16);
  const mac = await pkcs12Mac(password, { hash: 'sha256', salt, iterations, data: safe });
  return seq(int(3), seq(oid(OID.data), ctx(0, oct(safe))), seq(seq(seq(oid(OID.sha256), nul()), oct(mac)), oct(salt), int(iterations)));
}

function bagAttributes(keyId: Buffer, friendlyName: string | undefined): Buffer[] {
  const id = seq(oid(OID.localKeyId), set(oct(keyId)));
  if (friendlyName === undefined) return [id];
  const name = tlv(0x1e, Buffer.from(friendlyName.normalize('NFC'), 'utf16le').swap16());
  return [seq(oid(OID.friendlyName), set(name)), id].toSorted((a, b) => Buffer.compare(a, b));
}
