/** Dark or light: as the system has it, until the user switches. */

export function toggleTheme(): void {
  const { dataset } = document.documentElement;
  const dark =
    dataset['theme'] === undefined
      ? window.matchMedia('(prefers-color-scheme: dark)').matches
      : dataset['theme'] === 'dark';
  dataset['theme'] = dark ? 'light' : 'dark';
}
