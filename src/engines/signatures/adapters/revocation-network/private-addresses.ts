import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Addresses that do not lead out of this house (IANA special-purpose registries, RFC 6890): a public name may point at them all the same. */
const inside = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) inside.addSubnet(net, bits, 'ipv4'); // prettier-ignore
for (const [net, bits] of [
  ['::', 96], ['::ffff:0:0:0', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20],
  ['5f00::', 16], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8],
] as const) inside.addSubnet(net, bits, 'ipv6'); // prettier-ignore

/** True for an address of this machine, of a private network, or of no network at all; also for what is no address. */
export function isPrivateAddress(address: string): boolean {
  if (isIPv4(address)) return inside.check(address, 'ipv4');
  if (!isIPv6(address)) return true;
  // An IPv4 address in IPv6 clothing, also in its hexadecimal spelling: BlockList sees through it only for the rules of IPv4.
  return inside.check(address, 'ipv6') || inside.check(address, 'ipv4');
}
