import { constants, privateEncrypt, sign as signBytes, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestInfo } from '../signature-values.ts';

/** What a signer does on the phone. */
export type OnPhone = 'waits' | 'confirms' | 'refuses' | 'lets it expire';

type Input = Record<string, unknown>;
type Reply = { status?: number; body: unknown };

export type PhoneService = {
  url: string;
  asked: { path: string; body: Input }[];
  phone: OnPhone;
  dialect: Dialect;
  /** The next call to a path that ends so is done, but its answer never comes. */
  dropAnswerOf: string | undefined;
  /** Whose keys the service holds. */
  identity: PhoneIdentity;
  /** With an elliptic key the service has to be told beforehand what it will sign: node:crypto signs no ready-made hash with it. */
  knows: (attributes: Buffer, digest: Buffer) => void;
  /** How many transactions were begun. */
  transactions(): number;
  forgetTokens(): void;
  close(): Promise<void>;
};

/** Where the descriptions of the interfaces differ. */
export type Dialect = { success: 0 | 200; signatures: 'hex' | 'base64' | 'base64 in lines' };

type Transaction = { hashes: string[]; documents: string[] };
type Work = { service: PhoneService; open: Map<string, Transaction>; tokens: Set<string>; valueOf: (hash: string) => string };

export type PhoneIdentity = { key: KeyObject; certificate: Buffer; chain: readonly Buffer[] };

/** VNPT SmartCA as far as its calls are documented. */
export const testSmartCa = (identity: PhoneIdentity): Promise<PhoneService> => phoneService(identity, answerAsSmartCa);

/** Viettel MySign's gateway as far as its calls are documented. */
export const testMySign = (identity: PhoneIdentity): Promise<PhoneService> => phoneService(identity, answerAsMySign);

async function phoneService(identity: PhoneIdentity, answer: (work: Work, path: string, input: Input, token: string) => Reply): Promise<PhoneService> {
  const values = new Map<string, Buffer>();
  const open = new Map<string, Transaction>();
  const tokens = new Set<string>();
  const service: PhoneService = {
    url: '',
    asked: [],
    phone: 'waits',
    dialect: { success: 200, signatures: 'base64' },
    dropAnswerOf: undefined,
    identity,
    knows: (attributes, digest) => void values.set(digest.toString('hex'), signBytes('sha256', attributes, service.identity.key)),
    transactions: () => open.size,
    forgetTokens: () => tokens.clear(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const valueOf = (hash: string): string => {
    const isHex = /^[0-9a-f]{64}$/i.test(hash);
    const digest = Buffer.from(hash, isHex ? 'hex' : 'base64');
    const { key } = service.identity;
    const value = key.asymmetricKeyType === 'rsa' ? privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo('sha256', digest)) : (values.get(digest.toString('hex')) ?? Buffer.alloc(0));
    if (service.dialect.signatures === 'hex') return value.toString('hex');
    const text = value.toString('base64');
    return service.dialect.signatures === 'base64' ? text : text.replace(/.{76}/g, '$&\r\n');
  };
  const work: Work = { service, open, tokens, valueOf };
  const server: Server = createServer((request, reply) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const path = request.url ?? '';
      // safe because a body that is no object gives no fields
      const input = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') as Input;
      service.asked.push({ path, body: input });
      const { status = 200, body } = answer(work, path, input, request.headers.authorization?.replace('Bearer ', '') ?? '');
      if (service.dropAnswerOf !== undefined && path.endsWith(service.dropAnswerOf)) {
        service.dropAnswerOf = undefined;
        request.socket.destroy();
        return;
      }
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // safe because a TCP server has such an address
  service.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return service;
}

function answerAsSmartCa({ service, open, valueOf }: Work, path: string, input: Input): Reply {
  const done = (data: unknown, message = 'SUCCESS'): Reply => ({ body: { status_code: service.dialect.success, message, data } });
  const failed = (code: number, message: string): Reply => ({ body: { status_code: code, message, data: null } });
  const status = /\/signatures\/sign\/([^/]+)\/status$/.exec(path)?.[1];
  if (status !== undefined) {
    const transaction = open.get(decodeURIComponent(status));
    if (transaction === undefined) return failed(404, 'TRANSACTION_NOT_FOUND');
    if (service.phone === 'waits') return done({ transaction_id: status, signatures: null }, 'PENDING');
    if (service.phone === 'refuses') return failed(4000, 'USER_REJECTED');
    if (service.phone === 'lets it expire') return failed(4001, 'EXPIRED');
    return done({ transaction_id: status, signatures: transaction.hashes.map((hash, index) => ({ doc_id: transaction.documents[index], signature_value: valueOf(hash), timestamp_signature: null })).toReversed() });
  }
  if (input['sp_id'] !== 'sp' || input['sp_password'] !== 'sp-secret') return failed(401, 'sp_id or sp_password is wrong');
  if (input['user_id'] !== '0987654321') return failed(404, 'USER_NOT_FOUND');
  if (path.endsWith('/credentials/get_certificate')) {
    const { certificate, chain: [ca] } = service.identity;
    return done({ user_certificates: [{ cert_id: 'x', cert_status: 'Đang hoạt động', serial_number: '5402', cert_data: certificate.toString('base64'), chain_data: { ca_cert: ca?.toString('base64') } }] });
  }
  // safe because a test's own client sends this shape
  const files = input['sign_files'] as { data_to_be_signed: string; doc_id: string; sign_type: string }[];
  const id = String(input['transaction_id']);
  if (open.has(id)) return failed(409, 'TRANSACTION_DUPLICATE');
  if (files.some(({ sign_type: type }) => type !== 'hash') || !/^\d{14}Z$/.test(String(input['time_stamp']))) return failed(400, 'BAD_REQUEST');
  open.set(id, { hashes: files.map((file) => file.data_to_be_signed), documents: files.map((file) => file.doc_id) });
  return done({ transaction_id: id, tran_code: '4711' });
}

function answerAsMySign({ service, open, tokens, valueOf }: Work, path: string, input: Input, token: string): Reply {
  if (path.endsWith('/ras/v1/login')) {
    if (input['client_id'] !== 'client' || input['client_secret'] !== 'client-secret' || input['profile_id'] !== 'profile') return { status: 401, body: { error: 'invalid_client' } };
    if (input['user_id'] !== 'CMT_001') return { status: 400, body: { error: 'user_id does not exist, not found' } };
    const access_token = `token-${String(tokens.size)}-${String(service.asked.length)}`;
    tokens.add(access_token);
    return { body: { access_token, token_type: 'bearer', expires_in: '3600' } };
  }
  if (!tokens.has(token)) return { status: 401, body: { error: 'invalid_token' } };
  if (path.endsWith('/certificates/info')) {
    const { certificate, chain } = service.identity;
    return { body: [{ credential_id: 'MS-1', key: { status: 'enabled', algo: ['1.2.840.113549.1.1.1'] }, cert: { status: 'valid', certificates: [certificate, ...chain].map((each) => each.toString('base64')) } }] };
  }
  if (path.endsWith('/signHash')) {
    // safe because a test's own client sends this shape
    const documents = input['documents'] as { document_id: string; document_name: string }[];
    // safe as above
    const hashes = input['hash'] as string[];
    const isNamed = documents.every(({ document_name: name }) => name.length < 100 && /^[\w\- ]+$/.test(Buffer.from(name, 'base64').toString('latin1')));
    if (input['credentialID'] !== 'MS-1' || input['numSignatures'] !== hashes.length || !isNamed || input['async'] !== 1) return { body: { status: '4004', message: 'bad request' } };
    const transactionId = `ms-${String(open.size)}`;
    open.set(transactionId, { hashes, documents: [] });
    return { body: { transactionId } };
  }
  const transaction = open.get(String(input['transactionId']));
  if (transaction === undefined) return { body: { status: '4004', message: 'no such transaction' } };
  const codes = { waits: '4000', refuses: '4002', 'lets it expire': '4001', confirms: '1' } as const;
  return { body: { status: codes[service.phone], signatures: service.phone === 'confirms' ? transaction.hashes.map(valueOf) : null } };
}
