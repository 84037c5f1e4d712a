import type { Api } from '#ui/api-context.tsx';
import { lockSecret } from '#ui/device/locked-secret.ts';
import { makePasskey, touchPasskey, type CreationOptions, type RequestOptions } from '#ui/device/passkey-secret.ts';
import type { PinMemory } from '../contract.ts';

const BASE = '/api/v1/remote-signing';

/** A passkey that answered for certain requests. It counts for five minutes and once, so that the PIN may be typed after it. */
export type Touched = Awaited<ReturnType<typeof touchPasskey>> & { approvalId: string; needsPin: boolean; requestIds: readonly string[] };

export type Approve = {
  ids: readonly string[];
  /** What was typed; empty for one touch. */
  pin: string;
  /** Whether this device is to remember what was typed. */
  isToBeRemembered: boolean;
  /** An earlier touch for the same requests that only the PIN was missing for. */
  touched?: Touched | undefined;
};

export type Approved =
  /** Nothing was sent: this device does not have the PIN. Type it and approve with this touch. */
  { state: 'pinWanted'; touched: Touched } | { state: 'signed'; signed: number; /** Undefined where it was not asked for. */ isRemembered: boolean | undefined };

/**
 * Has the passkey sign exactly these requests, and sends its answer with the PIN: the typed one, or what this device locked before. Where the
 * key has no PIN of its own the passkey alone releases it.
 */
export async function approve(api: Api, { ids, pin, isToBeRemembered, touched }: Approve): Promise<Approved> {
  const isSame = touched !== undefined && touched.requestIds.length === ids.length && ids.every((id) => touched.requestIds.includes(id));
  const touch = isSame ? touched : await touchFor(api, ids);
  const isTyped = pin !== '';
  const given = isTyped ? pin : touch.secret;
  if (touch.needsPin && given === undefined) return { state: 'pinWanted', touched: touch };
  const path = `${BASE}/approvals/${touch.approvalId}`;
  const { signed } = await api.post<{ signed: number }>(path, { response: touch.response, ...(given === undefined ? {} : { pin: given, isRemembered: !isTyped }) });
  return { state: 'signed', signed, isRemembered: isTyped && isToBeRemembered ? await remember(api, { path, touch, pin }) : undefined };
}

async function touchFor(api: Api, ids: readonly string[]): Promise<Touched> {
  const { approvalId, options, memory } = await api.post<{ approvalId: string; options: RequestOptions; memory: PinMemory }>(`${BASE}/approvals`, { ids });
  return { ...(await touchPasskey(options, memory)), approvalId, needsPin: memory !== null, requestIds: ids };
}

/** The documents are signed by now: what goes wrong here costs no more than typing the PIN the next time. */
async function remember(api: Api, { path, touch, pin }: { path: string; touch: Touched; pin: string }): Promise<boolean> {
  if (touch.deviceKey === undefined) return false;
  const lockedPin = await lockSecret(touch.deviceKey, pin);
  return api.put(`${path}/remembered-pin`, { lockedPin }).then(
    () => true,
    () => false,
  );
}

export type Enrol = { credentialId: string; password: string; /** Empty where the key has none of its own. */ pin: string; name: string; mayRememberPin: boolean };

/** Makes a passkey on this device that releases a certificate's key. @returns whether the device remembers the PIN; undefined where it was not to */
export async function enrol(api: Api, { credentialId, password, pin, name, mayRememberPin }: Enrol): Promise<boolean | undefined> {
  const path = `${BASE}/credentials/${credentialId}`;
  const { step, options, memory } = await api.post<{ step: string; options: CreationOptions; memory: PinMemory }>(`${path}/enrolment-options`, { password, mayRememberPin });
  const { response, deviceKey } = await makePasskey(options, memory);
  const lockedPin = deviceKey === undefined || pin === '' ? undefined : await lockSecret(deviceKey, pin);
  await api.post(`${path}/enrolment`, { step, name, response, mayRememberPin: memory !== null, ...(pin === '' ? {} : { pin }), ...(lockedPin === undefined ? {} : { lockedPin }) });
  return memory === null ? undefined : lockedPin !== undefined;
}

/** Has a device forget the PIN: it is typed again from the next approval on. */
export async function forgetPin(api: Api, { credentialId, passkeyId }: { credentialId: string; passkeyId: string }): Promise<void> {
  await api.del(`${BASE}/credentials/${credentialId}/passkeys/${passkeyId}/remembered-pin`);
}
