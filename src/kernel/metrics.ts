import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** The installation's figures in Prometheus form. One registry a process; no global state. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const http = new Histogram({
    name: 'lienthong_http_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const jobSeconds = new Histogram({
    name: 'lienthong_job_batch_seconds',
    help: 'Time of one batch of jobs',
    labelNames: ['kind', 'outcome'] as const,
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  const jobs = new Counter({ name: 'lienthong_jobs_total', help: 'Jobs by outcome', labelNames: ['kind', 'outcome'] as const, registers });
  const scheduleFailures = new Counter({ name: 'lienthong_schedule_failures_total', help: 'Periodic tasks that failed', labelNames: ['name'] as const, registers });
  const queue = new Gauge({ name: 'lienthong_jobs_waiting', help: 'Jobs in the queue', labelNames: ['state'] as const, registers });
  const health = new Gauge({ name: 'lienthong_health', help: 'What each part says of itself: 0 ok, 1 warn, 2 fail', labelNames: ['check'] as const, registers });
  const diskFree = new Gauge({ name: 'lienthong_disk_free_bytes', help: 'Room on the disk of the data folder', registers });
  const memory = new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of this process',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  return {
    registry,
    http,
    scheduleFailures,
    queue,
    health,
    diskFree,
    memory,
    jobTimer(kind: string): (outcome: 'done' | 'failed', count: number) => void {
      const end = jobSeconds.startTimer({ kind });
      return (outcome, count) => {
        end({ outcome });
        jobs.inc({ kind, outcome }, count);
      };
    },
  };
}
