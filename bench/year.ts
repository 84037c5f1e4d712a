/**
 * The whole year of a city: 342,558 documents, 215,558 of them coming in, the volume that the city of Thanh Hóa reported for 2023. Takes
 * about 50 GB of disk and, on two cores, the better part of an hour; `npm run bench -- exchange` carries a twentieth. What is measured and
 * what it is measured against is written at the head of `exchange.ts`.
 */
import { CITY_YEAR } from './house/city.ts';
import { openServer } from './house/house.ts';
import { report } from './house/report.ts';
import { measureYear } from './house/year-case.ts';

/** The first and the last so many are compared. */
const part = 10_000;

/** Prints the case as a table and as JSON lines. */
export async function run(): Promise<void> {
  const server = await openServer();
  try {
    report(`year, PostgreSQL ${server.version}`, await measureYear(server, { bench: 'year', documents: CITY_YEAR.all, part }));
  } finally {
    await server.close();
  }
}
