// Runs before the first paint, so that a dark screen does not flash white.
try {
  const { theme, density } = JSON.parse(localStorage.getItem('lienthong.preferences') ?? '{}');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (density === 'compact' || density === 'roomy') document.documentElement.dataset.density = density;
} catch {
  // no storage: the system's own choice holds
}

// A build that was replaced no longer has the script that this page names: the sentence about it comes at once.
addEventListener('error', ({ target }) => target instanceof HTMLScriptElement && (document.documentElement.dataset.missing = ''), true);
