import type { WireProblem } from './wire.ts';

/** What is answered to another installation when it does not get what it asked for. */
export class PeerProblem extends Error {
  readonly status: number;
  readonly wire: WireProblem;

  constructor(status: number, wire: WireProblem) {
    super(`${wire.code}: ${wire.problem}`);
    this.name = 'PeerProblem';
    this.status = status;
    this.wire = wire;
  }
}
