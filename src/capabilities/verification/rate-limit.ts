import { kernelErrors } from '#kernel/errors.ts';
import { service, type Kernel } from '#kernel/kernel.ts';

/** A checked file costs the reader some milliseconds: a person with a stack of papers is served, a flood is not. */
const BURST = 20;
const PER_MINUTE = 20;
/** Files that this process reads from the public at the same time. */
const AT_ONCE = 4;
const ADDRESSES_KEPT = 10_000;

type Bucket = { tokens: number; at: number };
const state = service<{ buckets: Map<string, Bucket>; running: number }>(Symbol('public validations'), () => ({ buckets: new Map(), running: 0 }));

/**
 * Lets a public validation through, or refuses it with the time to wait.
 * @throws kernel.tooManyRequests
 */
export async function withinLimits<Result>(kernel: Kernel, ip: string, work: () => Promise<Result>): Promise<Result> {
  const limits = state(kernel);
  takeToken(limits.buckets, networkOf(ip), kernel.clock.now().getTime());
  if (limits.running >= AT_ONCE) throw kernelErrors.tooManyRequests({ values: { seconds: 5 } });
  limits.running += 1;
  try {
    return await work();
  } finally {
    limits.running -= 1;
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
