import type { InclusionProofReply, TreeHeadReply } from './contract.ts';
import type { InclusionProof } from './queries/proofs.ts';
import type { TreeHead } from './queries/tree-heads.ts';

export const base64 = (bytes: Buffer): string => bytes.toString('base64');

/** A signed tree as the API and evidence packages tell it. */
export function describeHead(head: TreeHead): TreeHeadReply {
  return {
    origin: head.origin,
    size: head.size,
    root: base64(head.root),
    at: head.at.toISOString(),
    keyId: head.keyId,
    publicKey: base64(head.publicKey),
    signature: base64(head.signature),
    checkpoint: head.checkpoint,
    timestampToken: head.timestampToken === null ? null : base64(head.timestampToken),
  };
}

/** An inclusion proof as the API and evidence packages tell it: the entry is what was hashed. */
export function describeProof({ entry, leafHash, leafIndex, path, head }: InclusionProof): InclusionProofReply {
  return { entry, leafHash: base64(leafHash), leafIndex, path: path.map(base64), treeHead: describeHead(head) };
}
