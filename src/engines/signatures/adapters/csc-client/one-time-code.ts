import type { AskedFor, CodeSending } from '../signing-driver.ts';
import { isConsented, type CscApi, type CscCredential, type CscFactor } from './csc-api.ts';

/** What the person types for a credential. In other modes than `explicit` the service asks for it itself. */
export async function askedBy(api: CscApi, { wants, mode }: CscCredential): Promise<AskedFor> {
  const pins = wants.filter(({ kind }) => kind === 'PIN');
  const code = codeOf(wants);
  return { pin: pins.length === 0 ? false : pins.some(({ isOptional }) => !isOptional) || undefined, code: code === undefined ? 'no' : await isSentFor(api, code), ...(isConsented(mode) ? { isReleasedOnPage: true } : {}) };
}

/** Has the service send the code, by the way that the credential names: CSC API 1.0.4 section 11.8, 2.0 section 11.8. */
export async function sendCode(api: CscApi, token: string, credentialID: string): Promise<CodeSending> {
  const described = await api.credential(token, credentialID);
  const asked = await askedBy(api, described);
  const factor = codeOf(described.wants);
  if (asked.code !== 'online' || factor === undefined) return { isSent: false, asked };
  const challenge = await api.sendCode(token, { credentialID, challengeFor: factor.from === 'challenge' ? factor.id : undefined });
  return { isSent: true, asked, ...(challenge === undefined ? {} : { challenge }) };
}

function codeOf(wants: readonly CscFactor[]): CscFactor | undefined {
  return wants.find(({ kind, isOptional }) => kind === 'OTP' && !isOptional);
}

/** A code of version 2 that is not said to come from a device is sent where the service has the call for it. */
async function isSentFor(api: CscApi, { from }: CscFactor): Promise<'online' | 'offline'> {
  if (from !== 'unsaid') return from === 'device' ? 'offline' : 'online';
  const { methods } = await api.info();
  return methods.includes('credentials/sendOTP') ? 'online' : 'offline';
}
