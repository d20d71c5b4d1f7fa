// Runs before the first paint, so that nobody who chose dark is met by a white flash.
// `clarimark.theme` in localStorage is "light" or "dark"; absent means: as the system has it.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('clarimark.theme');
  } catch {
    // Storage may be switched off; then the system decides.
  }
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : system;
})();
