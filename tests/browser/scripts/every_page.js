// Runs before the app in every page of a test.
addEventListener('securitypolicyviolation', (event) =>
  console.error(`Content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
);

// PushManager.subscribe never ends where there is no push service, so the stand-in's subscription is given instead.
if (self.PushManager) {
  const KEPT = 'subscription-of-the-test';
  const text = (buffer) => {
    if (typeof buffer === 'string') return buffer;
    const bytes = new Uint8Array(buffer.buffer ?? buffer);
    return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  };
  const bytes = (word) => Uint8Array.from(atob(word.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0)).buffer;
  const made = ({ endpoint, keys }) => ({
    endpoint,
    expirationTime: null,
    getKey: (name) => bytes(keys[name]),
    toJSON: () => ({ endpoint, expirationTime: null, keys }),
    unsubscribe: async () => {
      sessionStorage.removeItem(KEPT);
      return true;
    },
  });
  PushManager.prototype.getSubscription = async () => {
    const kept = sessionStorage.getItem(KEPT);
    return kept ? made(JSON.parse(kept)) : null;
  };
  PushManager.prototype.subscribe = async (options) => {
    const found = await self.testSubscribe(text(options.applicationServerKey));
    sessionStorage.setItem(KEPT, JSON.stringify(found));
    return made(found);
  };
}
