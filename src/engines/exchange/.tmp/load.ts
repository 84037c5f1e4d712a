const t = performance.now(); await import('../testing-faults.ts'); console.log('load', (performance.now() - t).toFixed(0), process.cpuUsage());
