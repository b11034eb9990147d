// Where a tap on a notification may lead. Pure.

/** Return an address of the app's own, whatever a push names: one of somebody else's, or none, becomes the app itself. */
export function ownUrl(named: unknown, origin: string): string {
  try {
    const url = new URL(String(named ?? '/'), origin);
    return url.origin === origin ? url.href.slice(origin.length) : '/';
  } catch {
    return '/';
  }
}
