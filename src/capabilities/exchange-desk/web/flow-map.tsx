import type { ReactNode } from 'react';
import { useT } from '#ui/i18n.ts';
import type { FlowReply } from '../contract.ts';
import { deskMessages } from './desk-messages.ts';
import { outlineOf, placeFlow, shortName } from './flow-map-model.ts';

/** The agencies on a ring and a line for each direction of a pair. A picture: the table below says the same in words. */
export function FlowMapDrawing({ flow, chosen }: { flow: FlowReply; chosen: string }): ReactNode {
  const t = useT(deskMessages);
  const { viewBox, nodes, edges, groups } = placeFlow(flow.nodes, flow.edges);
  const isNear = (id: string): boolean => chosen === '' || id === chosen || edges.some((edge) => (edge.from === chosen && edge.to === id) || (edge.to === chosen && edge.from === id));
  return (
    <div ref={showMiddle} className="lt-flow-map" role="group" aria-label={t('map')} tabIndex={0}>
      <ul className="lt-flow-map__legend">
        {groups.map((group) => (
          <li key={group}>
            <svg width="12" height="12" viewBox="0 0 12 12" style={{ width: 12, minWidth: 12 }} aria-hidden="true">
              <path className="lt-flow-map__node" data-group={group} d={outlineOf(group, { x: 6, y: 6, radius: 4.5 })} />
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
            <path className="lt-flow-map__node" data-group={node.group} d={outlineOf(node.group, { x: node.x, y: node.y, radius: 8 })} />
            <text x={node.labelX} y={node.labelY} textAnchor={node.anchor}>
              {shortName(node.name)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

/** Where the window is narrower than the map, it begins in the middle of the ring, not beside it. */
function showMiddle(map: HTMLDivElement | null): void {
  if (map !== null) map.scrollLeft = (map.scrollWidth - map.clientWidth) / 2;
}
