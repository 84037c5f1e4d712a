import { holders, route, type Route } from '#kernel/route.ts';
import { closeAgency, createAgency, createUnit, mergeAgencies, renameAgency, setAgencyCode, type AgencyId, type UnitId } from '#engines/identity/index.ts';
import { agencyParams, closeRequest, codeChangeRequest, created, mergeRequest, newAgencyRequest, newUnitRequest, renameRequest } from './contract.ts';

const done = { special: 'empty' } as const;
const provinceOnly = holders('province_admin');
// safe because the schemas check that these are UUIDs, and the commands look up what they name
const agencyId = (id: string): AgencyId => id as AgencyId;

/** The directory of agencies, kept by the province's administrator. */
export const agencyRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/v1/accounts/agencies',
    summary: 'Adds an agency to the directory.',
    access: provinceOnly,
    body: newAgencyRequest,
    reply: created,
    run: async (http, { body }) => ({ id: await http.run(createAgency, { ...body, parentId: body.parentId === null ? null : agencyId(body.parentId) }) }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/agencies/:agencyId/rename',
    summary: 'Gives an agency another name from a day on.',
    access: provinceOnly,
    params: agencyParams,
    body: renameRequest,
    run: async (http, { params, body }) => {
      await http.run(renameAgency, { ...body, agencyId: agencyId(params.agencyId) });
      return done;
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/agencies/:agencyId/codes',
    summary: 'Gives an agency a code from a day on.',
    access: provinceOnly,
    params: agencyParams,
    body: codeChangeRequest,
    run: async (http, { params, body }) => {
      await http.run(setAgencyCode, { ...body, agencyId: agencyId(params.agencyId) });
      return done;
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/agencies/:agencyId/close',
    summary: 'Ends an agency with a last day; it stays in the directory.',
    access: provinceOnly,
    params: agencyParams,
    body: closeRequest,
    run: async (http, { params, body }) => {
      await http.run(closeAgency, { ...body, agencyId: agencyId(params.agencyId), successorIds: body.successorIds.map(agencyId) });
      return done;
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/agencies/merge',
    summary: 'Some agencies end and others take over.',
    access: provinceOnly,
    body: mergeRequest,
    run: async (http, { body }) => {
      await http.run(mergeAgencies, { ...body, predecessorIds: body.predecessorIds.map(agencyId), successorIds: body.successorIds.map(agencyId) });
      return done;
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/agencies/:agencyId/units',
    summary: 'Adds a unit to an agency.',
    access: holders('agency_admin', 'province_admin'),
    params: agencyParams,
    body: newUnitRequest,
    reply: created,
    run: async (http, { params, body: { parentId, ...unit } }) => ({
      // safe because the schema checks that it is a UUID, and the command looks for it in the agency
      id: await http.run(createUnit, { ...unit, agencyId: agencyId(params.agencyId), ...(parentId === undefined ? {} : { parentId: parentId as UnitId }) }),
    }),
  }),
];
