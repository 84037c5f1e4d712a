/** Where the programs on a signer's computer listen; as public clients of them use it. */

/** VGCA Sign Service, the program of the Government Cipher Committee. */
export const VGCA_ADDRESS = '127.0.0.1:8987';

/** The ports that the VNPT-CA plugin tries one after another when it starts. */
export const VNPT_PORTS: readonly number[] = [4433, 4434, 4435, 9201, 9202];

/** What a page has to be allowed to reach so that its person can sign with a token: these sockets of the own computer and no others. */
export const AGENT_SOCKETS: readonly string[] = [`wss://${VGCA_ADDRESS}`, ...VNPT_PORTS.map((port) => `wss://localhost:${String(port)}`)];
