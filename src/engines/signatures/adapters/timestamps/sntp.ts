/** A client of the Simple Network Time Protocol (RFC 4330 section 5, in the packet of RFC 5905): one question, one answer, no state. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** A server that tells the time, as NTP_PEERS names it. */
export type TimePeer = { name: string; host: string; port: number };

/** Silent: no answer in time. Refused: a kiss-of-death, so that it must not be asked again soon. Unsynchronised: it does not know the time itself. */
export type PeerProblem = 'silent' | 'malformed' | 'refused' | 'unsynchronised';

export type PeerAnswer =
  | { state: 'answered'; /** By how much the local clock lies behind the peer's; the truth is within `errorMs` of it. */ offsetMs: number; errorMs: number }
  | { state: PeerProblem };

const PACKET_BYTES = 48;
/** No leap warning, version 4, mode 3 (client). */
const CLIENT = 0x23;
const SERVER_MODE = 4;
const ALARM = 3;
const UNKNOWN_STRATUM = 16;
/** From 1900 to 1970. */
const EPOCH_SECONDS = 2_208_988_800;
const ERA_SECONDS = 2 ** 32;
const TIMEOUT_MS = 3000;

/**
 * Asks a peer what time it is. `localMs` is the clock that it is compared with; it has to run on evenly meanwhile.
 * Whatever does not repeat our random number is not its answer and is left lying.
 */
export function askTimePeer({ host, port }: TimePeer, { localMs, timeoutMs = TIMEOUT_MS }: { localMs: () => number; timeoutMs?: number }): Promise<PeerAnswer> {
  return new Promise((settle) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const question = Buffer.alloc(PACKET_BYTES);
    question[0] = CLIENT;
    // Our own time is nobody's business; a random number cannot be guessed by whoever does not see the question.
    const cookie = randomBytes(8);
    cookie.copy(question, 40);
    let sentMs = 0;
    let lastProblem: PeerProblem = 'silent';
    const end = (answer: PeerAnswer): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // What still comes from a socket that is closing tells nothing any more.
      socket.on('error', () => undefined);
      socket.close();
      settle(answer);
    };
    const timer = setTimeout(() => end({ state: lastProblem }), timeoutMs);
    socket.on('error', () => end({ state: lastProblem }));
    socket.on('message', (packet) => {
      const answer = readAnswer(packet, { cookie, sentMs, receivedMs: localMs() });
      if (answer.state === 'malformed') lastProblem = 'malformed';
      else end(answer);
    });
    // Connected, so that packets of other addresses do not reach us.
    socket.connect(port, host, () => {
      sentMs = localMs();
      socket.send(question);
    });
  });
}

type Exchange = { cookie: Buffer; sentMs: number; receivedMs: number };

function readAnswer(packet: Buffer, { cookie, sentMs, receivedMs }: Exchange): PeerAnswer {
  const [first = 0, stratum = 0] = packet;
  if (packet.length < PACKET_BYTES || (first & 7) !== SERVER_MODE || !packet.subarray(24, 32).equals(cookie)) return { state: 'malformed' };
  if (stratum === 0) return { state: 'refused' };
  if (first >> 6 === ALARM || stratum >= UNKNOWN_STRATUM) return { state: 'unsynchronised' };
  const [rootDelayMs, dispersionMs] = [shortMs(packet, 4), shortMs(packet, 8)];
  const [arrivedMs, answeredMs] = [instantMs(packet, 32), instantMs(packet, 40)];
  const travelMs = receivedMs - sentMs - (answeredMs - arrivedMs);
  // RFC 4330 section 5: an answer from before its question, or from somebody who is a second away from the truth, is none.
  if (packet.readUInt32BE(40) === 0 || answeredMs < arrivedMs || travelMs < -1 || rootDelayMs >= 1000 || dispersionMs >= 1000) return { state: 'malformed' };
  return { state: 'answered', offsetMs: (arrivedMs - sentMs + (answeredMs - receivedMs)) / 2, errorMs: Math.max(0, travelMs) / 2 + rootDelayMs / 2 + dispersionMs };
}

/** NTP short format: 16.16 seconds. */
function shortMs(packet: Buffer, at: number): number {
  return (packet.readUInt32BE(at) / 65_536) * 1000;
}

/** NTP timestamp: 32.32 seconds of an era; a clear first bit is the era that begins in 2036 (RFC 4330 section 3). */
function instantMs(packet: Buffer, at: number): number {
  const seconds = packet.readUInt32BE(at);
  const whole = (seconds < ERA_SECONDS / 2 ? seconds + ERA_SECONDS : seconds) - EPOCH_SECONDS;
  return whole * 1000 + (packet.readUInt32BE(at + 4) / ERA_SECONDS) * 1000;
}
