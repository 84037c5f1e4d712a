import type { ReactNode } from 'react';
import { AgentHelp } from '#ui/signing-agents/agent-help.tsx';
import { vgcaAgent } from '#ui/signing-agents/vgca.ts';

const agent = vgcaAgent();

export function AgentSamples(): ReactNode {
  return (
    <div className="gallery-two">
      <AgentHelp agent={agent} error={{ problem: 'notReached', said: undefined }} onRetry={() => undefined} />
      <AgentHelp agent={agent} error={{ problem: 'permissionDenied', said: undefined }} onRetry={() => undefined} />
      <AgentHelp agent={agent} error={{ problem: 'refused', said: 'Người dùng đã hủy' }} onRetry={() => undefined} />
      <AgentHelp agent={agent} error={{ problem: 'weakHash', said: undefined }} onRetry={() => undefined} retrying />
    </div>
  );
}
