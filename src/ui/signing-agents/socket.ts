import { AgentError, type AgentSurroundings } from './agent.ts';

/** Chrome and Edge gave the permission three names in a year. */
const PERMISSION_NAMES = ['loopback-network', 'local-network-access', 'local-network'];

/** What the page itself is. */
export const pageSurroundings: AgentSurroundings = {
  openSocket: (url) => new WebSocket(url),
  localNetworkPermission: async () => {
    for (const name of PERMISSION_NAMES) {
      try {
        // safe because a browser that does not know the name throws, and the next one is tried
        return (await navigator.permissions.query({ name: name as PermissionName })).state;
      } catch {
        // This browser has no such permission.
      }
    }
    return undefined;
  },
  isSecurePage: () => globalThis.isSecureContext,
  hostname: () => globalThis.location.hostname,
};

export type SocketLimits = {
  /** Until the connection stands. */
  connectMs: number;
  /** From then on until the answer: a person may be looking for a PIN. */
  answerMs: number;
};

type Call = { url: string; /** Undefined only looks whether somebody is there. */ message?: string; limits: SocketLimits; signal?: AbortSignal | undefined };

/** While the browser asks the person for permission, the connection waits for the person. */
const PERMISSION_MS = 60_000;

/**
 * Opens a socket, says one thing, hears one answer and closes.
 * @returns the answer, or an empty text when nothing was said
 * @throws AgentError `insecurePage` · `permissionDenied` · `notReached` · `closed` · `timedOut` · `wrongAnswer` · `cancelled`
 */
export async function askOnce(surroundings: AgentSurroundings, call: Call): Promise<string> {
  if (!surroundings.isSecurePage()) throw new AgentError('insecurePage');
  const permission = await surroundings.localNetworkPermission();
  if (permission === 'denied') throw new AgentError('permissionDenied');
  const connectMs = permission === 'prompt' ? PERMISSION_MS : call.limits.connectMs;
  try {
    return await converse(surroundings, { ...call, limits: { ...call.limits, connectMs } });
  } catch (error) {
    // The person may have said no to the browser just now.
    if (error instanceof AgentError && error.problem === 'notReached' && (await surroundings.localNetworkPermission()) === 'denied') throw new AgentError('permissionDenied', { cause: error });
    throw error;
  }
}

function converse({ openSocket }: AgentSurroundings, { url, message, limits, signal }: Call): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new AgentError('cancelled'));
      return;
    }
    const socket = openSocket(url);
    let isOpen = false;
    const end = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.onerror = () => undefined;
      socket.close();
      act();
    };
    const fail = (problem: ConstructorParameters<typeof AgentError>[0]): void => {
      end(() => {
        reject(new AgentError(problem));
      });
    };
    const cancel = (): void => {
      fail('cancelled');
    };
    let timer = setTimeout(() => {
      fail('notReached');
    }, limits.connectMs);
    signal?.addEventListener('abort', cancel);
    socket.onopen = () => {
      isOpen = true;
      clearTimeout(timer);
      if (message === undefined) {
        end(() => {
          resolve('');
        });
        return;
      }
      timer = setTimeout(() => {
        fail('timedOut');
      }, limits.answerMs);
      socket.send(message);
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      const { data } = event;
      if (typeof data !== 'string') fail('wrongAnswer');
      else
        end(() => {
          resolve(data);
        });
    };
    socket.onerror = () => {
      fail(isOpen ? 'closed' : 'notReached');
    };
    socket.onclose = () => {
      fail(isOpen ? 'closed' : 'notReached');
    };
  });
}

/** A text that a program answered, as an object. @throws AgentError `wrongAnswer` */
export function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    // safe because arrays and null are sorted out, and each value is looked at before it is used
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new AgentError('wrongAnswer', { cause });
  }
  throw new AgentError('wrongAnswer');
}

/** The first of these entries that holds a text. */
export function textOf(object: Record<string, unknown>, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = object[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** Bytes as Base64, in pieces that fit a call. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @throws AgentError `wrongAnswer` when it is no Base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text.replace(/\s+/g, '')), (letter) => letter.charCodeAt(0));
  } catch (cause) {
    throw new AgentError('wrongAnswer', { cause });
  }
}
