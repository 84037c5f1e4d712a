// Runs before the first paint, so that a dark screen does not flash white.
try {
  const { theme, density } = JSON.parse(localStorage.getItem('lienthong.preferences') ?? '{}');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (density === 'compact' || density === 'roomy') document.documentElement.dataset.density = density;
} catch {
  // no storage: the system's own choice holds
}
