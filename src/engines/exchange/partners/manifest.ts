import { installationAdapter } from './adapters/installation/adapter.ts';
import { pairingRoutes } from './adapters/installation/operator-routes.ts';
import { peerRoutes } from './adapters/installation/peer-routes.ts';
import { nationalAxisAdapter } from './adapters/national-axis/adapter.ts';
import { withheldRoutes } from './adapters/national-axis/operator-routes.ts';
import { statementRoutes } from './adapters/installation/statement.ts';
import { provincialAxisAdapter } from './adapters/provincial-axis/adapter.ts';
import { axisRoutes } from './adapters/provincial-axis/axis-routes.ts';
import { axisEvents } from './adapters/provincial-axis/events.ts';
import { systemRoutes } from './adapters/provincial-axis/operator-routes.ts';
import { sandboxSchedule } from './adapters/provincial-axis/sandbox.ts';
import { partnerEvents as eventsOfAll } from './events.ts';
import { conflictRoutes } from './conflict-routes.ts';
import { collectJob, partnerSchedules as schedulesOfAll, readDirectoryJob, witnessJob } from './jobs/poll-partner.ts';
import { sendParcelJobDefinition } from './jobs/send-parcel.ts';
import { takeInboundJobDefinition } from './jobs/take-inbound.ts';
import { operatorRoutes } from './routes.ts';
import { securityRoutes } from './security-routes.ts';

export { partnersHealth } from './health.ts';
export { witnessHealth } from './witness.ts';

/** What the partners add to the engine. An adapter is one line here, and its routes if others call it. */
export const partnerAdapters = [installationAdapter, provincialAxisAdapter, nationalAxisAdapter];
export const partnerRoutes = [...operatorRoutes, ...conflictRoutes, ...securityRoutes, ...pairingRoutes, ...peerRoutes, ...statementRoutes, ...systemRoutes, ...axisRoutes, ...withheldRoutes];
export const partnerJobs = [sendParcelJobDefinition, takeInboundJobDefinition, collectJob, readDirectoryJob, witnessJob];
export const partnerEvents = { ...eventsOfAll, ...axisEvents };
export const partnerSchedules = [...schedulesOfAll, sandboxSchedule];
