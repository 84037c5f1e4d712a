import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kernel } from '#kernel/kernel.ts';

export const DEVICE_COOKIE = 'device';
/** A browser at a counter is used by many; the cookie stays small. */
const MOST_LOGINS = 20;
const FORM = /^[\w-]{22}(?:\.[\w-]{22}){1,20}$/;
/** Of browsers that never signed in with a login. */
const STRANGERS = Buffer.alloc(0);

type Cookies = Record<string, string | undefined>;

/**
 * Which count the failures of a browser go to: its own, when it has signed in with this login before, else the one that all strangers share
 * (OWASP, Authentication Cheat Sheet and "Slow Down Online Guessing Attacks with Device Cookies").
 */
export function deviceHash(kernel: Kernel, login: string, cookies: Cookies): Buffer {
  const device = readCookie(cookies);
  if (device === undefined) return STRANGERS;
  const expected = Buffer.from(markOf(kernel, device.id, login));
  return device.marks.some((mark) => timingSafeEqual(Buffer.from(mark), expected)) ? createHash('sha256').update(`device:${device.id}`).digest() : STRANGERS;
}

/** The cookie of a browser that has just signed in with a login: a random name of the browser, and a mark for each login of late. */
export function deviceCookie(kernel: Kernel, login: string, cookies: Cookies): string {
  const { id, marks } = readCookie(cookies) ?? { id: randomBytes(16).toString('base64url'), marks: [] };
  const mark = markOf(kernel, id, login);
  return [id, mark, ...marks.filter((other) => other !== mark)].slice(0, 1 + MOST_LOGINS).join('.');
}

function readCookie(cookies: Cookies): { id: string; marks: string[] } | undefined {
  const value = cookies[DEVICE_COOKIE];
  if (value === undefined || !FORM.test(value)) return undefined;
  const [id = '', ...marks] = value.split('.');
  return { id, marks };
}

/** 128 bits that only this installation can make, and that count for this login alone. */
function markOf(kernel: Kernel, id: string, login: string): string {
  const key = Buffer.from(hkdfSync('sha256', kernel.config.appSecret, '', 'identity known devices', 32));
  return createHmac('sha256', key).update(`${id}:${login}`).digest().subarray(0, 16).toString('base64url');
}
