import { kernelErrors } from '#kernel/errors.ts';
import { service, type Kernel } from '#kernel/kernel.ts';

/** A checked file costs the reader some milliseconds: a person with a stack of papers is served, a flood is not. */
const BURST = 20;
const PER_MINUTE = 20;
/** Files that this process reads from the public at the same time. */
const AT_ONCE = 4;
/** Of these, from one network: whoever sends slowly, or several at once, leaves places for others. */
const AT_ONCE_FROM_ONE = 2;
const ADDRESSES_KEPT = 10_000;

type Bucket = { tokens: number; at: number };
const state = service<{ buckets: Map<string, Bucket>; /** The network of each file that is being read. */ running: string[] }>(Symbol('public validations'), () => ({ buckets: new Map(), running: [] }));

/**
 * Lets a public validation through, or refuses it with the time to wait.
 * @throws kernel.tooManyRequests
 */
export async function withinLimits<Result>(kernel: Kernel, ip: string, work: () => Promise<Result>): Promise<Result> {
  const limits = state(kernel);
  const network = networkOf(ip);
  takeToken(limits.buckets, network, kernel.clock.now().getTime());
  const fromThere = limits.running.filter((each) => each === network).length;
  if (limits.running.length >= AT_ONCE || fromThere >= AT_ONCE_FROM_ONE) throw kernelErrors.tooManyRequests({ values: { seconds: 5 } });
  limits.running.push(network);
  try {
    return await work();
  } finally {
    limits.running.splice(limits.running.indexOf(network), 1);
  }
}

function takeToken(buckets: Map<string, Bucket>, network: string, now: number): void {
  const before = buckets.get(network) ?? { tokens: BURST, at: now };
  const tokens = Math.min(BURST, before.tokens + ((now - before.at) / 60_000) * PER_MINUTE);
  buckets.delete(network);
  if (buckets.size >= ADDRESSES_KEPT) {
    const [oldest] = buckets.keys();
    if (oldest !== undefined) buckets.delete(oldest);
  }
  buckets.set(network, { tokens: Math.max(0, tokens - 1), at: now });
  if (tokens < 1) throw kernelErrors.tooManyRequests({ values: { seconds: Math.ceil(((1 - tokens) / PER_MINUTE) * 60) } });
}

/** One household has one IPv4 address, or a /64 of IPv6. */
function networkOf(ip: string): string {
  if (!ip.includes(':') || ip.startsWith('::ffff:')) return ip;
  return ip.split(':').slice(0, 4).join(':');
}
