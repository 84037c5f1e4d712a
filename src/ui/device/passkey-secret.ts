import {
  base64URLStringToBuffer,
  bufferToBase64URLString,
  startAuthentication,
  startRegistration,
  type AuthenticationExtensionsClientInputs,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import { deviceKeyOf, unlockSecret, type DeviceKey, type SecretBinding } from './locked-secret.ts';

type PrfValues = { /** The salt, base64url. */ first: string };
type PrfWanted = { eval?: PrfValues; evalByCredential?: Record<string, PrfValues> };
type Extensions = Omit<AuthenticationExtensionsClientInputs, 'prf'> & { prf?: PrfWanted };

/** Options as the server sends them: everything binary in base64url, also the salts of the PRF extension. */
export type CreationOptions = Omit<PublicKeyCredentialCreationOptionsJSON, 'extensions'> & { extensions?: Extensions };
export type RequestOptions = Omit<PublicKeyCredentialRequestOptionsJSON, 'extensions'> & { extensions?: Extensions };

/** For what a passkey's device locks a secret, and what it locked before, by passkey. */
export type SecretMemory = Omit<SecretBinding, 'passkeyId'> & { locked?: Readonly<Record<string, string>> };

/** What the browser's passkey answered: `response` is for the server, `deviceKey` stays here and is there where the device has a PRF. */
export type Touch<Response> = { response: Response; deviceKey: DeviceKey | undefined };

const PRF_BYTES = 32;

/**
 * Has the device make a passkey and, where it has a PRF (WebAuthn Level 3, section 10.1.4), the key that locks a secret for it. With a memory,
 * a device that evaluates its PRF only later is touched a second time; whoever closes that dialog has a passkey that remembers nothing.
 * What the PRF gave is taken out of the answer: it never leaves the browser.
 */
export async function makePasskey(options: CreationOptions, memory: SecretMemory | null): Promise<Touch<RegistrationResponseJSON>> {
  const { response, prf } = apart(await startRegistration({ optionsJSON: { ...options, extensions: withBinarySalts(options.extensions) } }));
  if (memory === null) return { response, deviceKey: undefined };
  const output = prf?.results?.first ?? (prf?.enabled === true ? await evaluateNow(options, response) : undefined);
  return { response, deviceKey: await keyFrom(output, { ...memory, passkeyId: response.id }) };
}

/**
 * Has one of the asked passkeys answer the challenge, with one touch. @returns its answer for the server, the secret that its device locked
 * for this memory (undefined where it has none, or cannot open it), and the key with which a secret can be locked anew
 */
export async function touchPasskey(options: RequestOptions, memory: SecretMemory | null): Promise<Touch<AuthenticationResponseJSON> & { secret: string | undefined }> {
  const { response, prf } = apart(await startAuthentication({ optionsJSON: { ...options, extensions: withBinarySalts(options.extensions) } }));
  const deviceKey = memory === null ? undefined : await keyFrom(prf?.results?.first, { ...memory, passkeyId: response.id });
  const locked = memory?.locked?.[response.id];
  return { response, deviceKey, secret: deviceKey === undefined || locked === undefined ? undefined : await unlockSecret(deviceKey, locked) };
}

/** The library passes extensions on as they are, and the browser wants their salts in binary. */
function withBinarySalts({ prf, ...others }: Extensions = {}): AuthenticationExtensionsClientInputs {
  if (prf === undefined) return others;
  const binary = ({ first }: PrfValues): { first: ArrayBuffer } => ({ first: base64URLStringToBuffer(first) });
  const evaluated = prf.eval === undefined ? {} : { eval: binary(prf.eval) };
  const byPasskey = prf.evalByCredential === undefined ? {} : { evalByCredential: Object.fromEntries(Object.entries(prf.evalByCredential).map(([id, values]) => [id, binary(values)])) };
  return { ...others, prf: { ...evaluated, ...byPasskey } };
}

type PrfGiven = { enabled?: boolean; results?: { first: BufferSource } };

/** An answer without what the PRF gave, and that by itself. */
function apart<Response extends { clientExtensionResults: object }>(answer: Response): { response: Response; prf: PrfGiven | undefined } {
  // safe because these are the results of WebAuthn Level 3, of which each part that is used is looked at first
  const { prf, ...others } = answer.clientExtensionResults as { prf?: PrfGiven };
  return { response: { ...answer, clientExtensionResults: others }, prf };
}

/** The second touch, once: most security keys evaluate their PRF only when a passkey is used. */
async function evaluateNow({ rp, extensions }: CreationOptions, { id, response }: RegistrationResponseJSON): Promise<BufferSource | undefined> {
  const first = extensions?.prf?.eval?.first;
  if (first === undefined) return undefined;
  const transports = response.transports === undefined ? {} : { transports: response.transports };
  const options: RequestOptions = {
    // Nobody checks this answer: only its PRF is wanted.
    challenge: bufferToBase64URLString(crypto.getRandomValues(new Uint8Array(PRF_BYTES)).buffer),
    ...(rp.id === undefined ? {} : { rpId: rp.id }),
    allowCredentials: [{ id, type: 'public-key', ...transports }],
    userVerification: 'required',
    extensions: { prf: { evalByCredential: { [id]: { first } } } },
  };
  try {
    return apart(await startAuthentication({ optionsJSON: { ...options, extensions: withBinarySalts(options.extensions) } })).prf?.results?.first;
  } catch {
    // The passkey is made and works; its device remembers nothing, whatever the reason.
    return undefined;
  }
}

/** Some programs that stand in for a device answer with something else than the standard says. */
async function keyFrom(output: BufferSource | undefined, binding: SecretBinding): Promise<DeviceKey | undefined> {
  if (!(output instanceof ArrayBuffer || ArrayBuffer.isView(output)) || output.byteLength !== PRF_BYTES) return undefined;
  const { purpose, subject, passkeyId } = binding;
  return deviceKeyOf(output, { purpose, subject, passkeyId });
}
