import type { RouteContext } from '#kernel/route.ts';
import { DEVICE_COOKIE, isBehindHttps, sessionCookie } from '#engines/identity/index.ts';

const attributes = (http: Pick<RouteContext, 'kernel'>) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: isBehindHttps(http.kernel.config) }) as const;

/** The session's token goes to the browser in a cookie that scripts cannot read and other sites cannot send. */
export function setSessionCookie(http: Pick<RouteContext, 'kernel' | 'reply'>, token: string): void {
  http.reply.setCookie(sessionCookie(http.kernel), token, attributes(http));
}

export function clearSessionCookie(http: Pick<RouteContext, 'kernel' | 'reply'>): void {
  http.reply.clearCookie(sessionCookie(http.kernel), attributes(http));
}

/** Browsers keep a cookie no longer than 400 days; each sign-in begins the time again. */
const DEVICE_SECONDS = 400 * 86_400;

/** By this the browser is known as one that has signed in before; it opens nothing. */
export function setDeviceCookie(http: Pick<RouteContext, 'kernel' | 'reply'>, device: string): void {
  http.reply.setCookie(DEVICE_COOKIE, device, { ...attributes(http), path: '/api/v1/', maxAge: DEVICE_SECONDS });
}
