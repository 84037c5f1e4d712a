import { readFileSync } from 'node:fs';

// Loaded before the product into the processes of the fault tests (`--import`): their machine's clock then shows the time that
// a file says, as if somebody had set it. The product knows nothing of it.

const file = process.env['LIENTHONG_FAULT_CLOCK'];
const LOOK_EVERY_MS = 50;

if (file !== undefined) {
  const machine = Date.now.bind(Date);
  let shiftMs = 0;
  const look = (): void => {
    const written = Number(readFileSync(file, 'utf8'));
    if (Number.isFinite(written)) shiftMs = written;
  };
  look();
  setInterval(look, LOOK_EVERY_MS).unref();
  Date.now = () => machine() + shiftMs;
}
