import type { ReactNode } from 'react';
import { useT } from '#ui/i18n.ts';
import type { FlowReply } from '../contract.ts';
import { deskMessages } from './desk-messages.ts';
import { placeFlow, shortName } from './flow-map-model.ts';

/** The agencies on a ring and a line for each direction of a pair. A picture: the table below says the same in words. */
export function FlowMapDrawing({ flow, chosen }: { flow: FlowReply; chosen: string }): ReactNode {
  const t = useT(deskMessages);
  const { viewBox, nodes, edges, groups } = placeFlow(flow.nodes, flow.edges);
  const isNear = (id: string): boolean => chosen === '' || id === chosen || edges.some((edge) => (edge.from === chosen && edge.to === id) || (edge.to === chosen && edge.from === id));
  return (
    <div className="lt-flow-map" role="group" aria-label={t('map')} tabIndex={0}>
      <ul className="lt-flow-map__legend">
        {groups.map((group) => (
          <li key={group}>
            <svg width="12" height="12" viewBox="0 0 12 12" style={{ width: 12, minWidth: 12 }} aria-hidden="true">
              <circle className="lt-flow-map__node" data-group={group} cx="6" cy="6" r="5" />
            </svg>
            {t(group)}
          </li>
        ))}
      </ul>
      <svg viewBox={viewBox} role="img" aria-label={`${t('map')}. ${t('mapText')}`}>
        {edges.map((edge) => (
          <path
            key={`${edge.from} ${edge.to}`}
            className="lt-flow-map__line"
            d={edge.path}
            strokeWidth={edge.width}
            data-troubled={edge.troubled > 0 ? '' : undefined}
            data-faint={chosen === '' || edge.from === chosen || edge.to === chosen ? undefined : ''}
          />
        ))}
        {nodes.map((node) => (
          <g key={node.id} data-faint={isNear(node.id) ? undefined : ''}>
            <title>{node.name}</title>
            <circle className="lt-flow-map__node" data-group={node.group} cx={node.x} cy={node.y} r={8} />
            <text x={node.labelX} y={node.labelY} textAnchor={node.anchor}>
              {shortName(node.name)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
