import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '#kernel/config.ts';
import { cscDriver } from './csc-client/csc-driver.ts';
import { mySignDriver } from './mysign/mysign-driver.ts';
import { pkcs11Drivers } from './pkcs11/pkcs11-driver.ts';
import type { SigningDriver } from './signing-driver.ts';
import { smartCaDriver } from './smartca/smartca-driver.ts';

/** Encrypted, or within this machine: passwords and PINs go over it. */
const address = z.url().refine((url) => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
}, 'must begin with https://');

/** Written here, or better in a file of its own that only the server may read. */
const secret = z.union([z.string().min(1), z.object({ file: z.string().min(1) }).transform(({ file }) => readFileSync(file, 'utf8').trim())]);
const name = z.string().regex(/^[a-z][a-z0-9-]*$/).refine((value) => value !== 'pkcs12' && value !== 'browser-agent', 'pkcs12 means key files, browser-agent programs on the signer’s computer');
/** As people call it: “HSM của Sở Nội vụ”. */
const label = z.string().trim().min(1).max(60).optional();
const hashEncoding = z.enum(['hex', 'base64']).optional();
/** How many documents one confirmation may cover, where the contract with the service sets a limit. */
const mostDocuments = z.number().int().min(1).max(1000).optional();

const cscAccess = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('login'), user: z.string().min(1), password: secret }),
  z.object({ kind: z.literal('client-credentials'), oauth2Url: address, clientId: z.string().min(1), clientSecret: secret }),
  z.object({ kind: z.literal('authorization-code'), oauth2Url: address, clientId: z.string().min(1), clientSecret: secret.optional(), redirectUri: z.url() }),
]);

/** Where people consent to single signatures, for a service into which the installation itself is let. */
const release = z.object({ oauth2Url: address, clientId: z.string().min(1), clientSecret: secret.optional(), redirectUri: z.url() }).optional();

const services = z
  .array(
    z.discriminatedUnion('kind', [
      z.object({ name, label, kind: z.literal('pkcs11'), modulePath: z.string().min(1), tokenLabel: z.string().optional(), tokenSerial: z.string().optional(), pin: secret.optional(), sessions: z.number().int().min(1).max(32).optional() }),
      z.object({ name, label, kind: z.literal('csc'), version: z.literal([1, 2]), baseUrl: address, access: cscAccess, release, isAsynchronous: z.boolean().optional() }),
      z.object({ name, label, kind: z.literal('smartca'), baseUrl: address, spId: z.string().min(1), spPassword: secret, hashEncoding, mostDocuments }),
      z.object({ name, label, kind: z.literal('mysign'), baseUrl: address, clientId: z.string().min(1), clientSecret: secret, profileId: z.string().min(1), hashEncoding, mostDocuments }),
      z.object({ name, kind: z.literal('vnpt-plugin'), license: secret }),
    ]),
  )
  .refine((list) => new Set(list.map((each) => each.name)).size === list.length, 'two services have the same name')
  .refine((list) => list.filter((each) => each.kind === 'vnpt-plugin').length <= 1, 'the VNPT-CA plugin has one licence');

type Listed = z.infer<typeof services>[number];
type Service = Exclude<Listed, { kind: 'vnpt-plugin' }>;

export type SigningServices = {
  drivers: readonly SigningDriver[];
  /** The licence that VNPT-CA gave for this installation's domain, without which its plugin answers no page; null where there is none. */
  pluginLicense: string | null;
};

/**
 * The drivers for the tokens, HSMs and remote services of this installation, from the JSON file that SIGNING_SERVICES names: a
 * list of `{ name, kind: pkcs11 | csc | smartca | mysign, … }`, and the licence of the plugin on people's computers
 * (`kind: vnpt-plugin`). Nothing is contacted yet.
 * @throws ConfigError that says what is wrong in the file
 */
export function readSigningServices(path: string, { now }: { now: () => Date }): SigningServices {
  try {
    const parsed = services.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return servicesOf(parsed.data, now);
    throw wrong(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // The message of a JSON error may repeat a piece of the file, which holds passwords.
    throw wrong(error instanceof SyntaxError ? 'not JSON' : error instanceof Error ? error.message : 'unreadable');
  }
}

function wrong(problem: string): ConfigError {
  return new ConfigError([{ name: 'SIGNING_SERVICES', problem, mend: 'a JSON file with a list of tokens, HSMs and remote signing services; docs/signatures.md shows one of each kind' }]);
}

function servicesOf(list: readonly Listed[], now: () => Date): SigningServices {
  const services = list.filter((each) => each.kind !== 'vnpt-plugin');
  const plugin = list.find((each) => each.kind === 'vnpt-plugin');
  const tokens = pkcs11Drivers(services.filter((each) => each.kind === 'pkcs11'));
  const remotes = services.flatMap((each) => (each.kind === 'pkcs11' ? [] : [remoteDriver(each, now)]));
  const described = [...tokens, ...remotes].map((driver) => ({ ...driver, ...describe(services.find(({ name }) => name === driver.name)) }));
  return { drivers: described, pluginLicense: plugin?.license ?? null };
}

function describe(service: Service | undefined): Pick<SigningDriver, 'about' | 'secretToSign'> {
  if (service === undefined) return {};
  const { kind, label = null } = service;
  if (kind === 'pkcs11') return { about: { kind, label, account: 'none', consent: false }, secretToSign: service.pin === undefined ? 'required' : 'none' };
  if (kind !== 'csc') return { about: { kind, label, account: 'required', consent: false }, secretToSign: 'none' };
  // Whether one of its credentials wants a PIN says the service. Whoever consented there is known by that.
  const consent = service.access.kind === 'authorization-code';
  return { about: { kind, label, account: consent ? 'none' : 'optional', consent }, secretToSign: 'optional' };
}

function remoteDriver(service: Exclude<Service, { kind: 'pkcs11' }>, now: () => Date): SigningDriver {
  switch (service.kind) {
    case 'csc':
      return cscDriver(service);
    case 'smartca':
      return smartCaDriver({ ...service, now });
    case 'mysign':
      return mySignDriver(service);
  }
}
