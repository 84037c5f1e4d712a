/** Whether the person at the screen comes from outside: everything that is not meant for guests is closed to them on the server, too. */
export function isGuest(abilities: readonly string[] | undefined): boolean {
  return abilities?.includes('guest-offices.use') === true;
}
