// Everything that the app keeps in IndexedDB on this phone, with its bytes as letters, so that one can look for words in it.
async () => {
  const asked = (request) => new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = () => failed(request.error); });
  const letters = (_, value) => {
    if (value instanceof CryptoKey) return { extractable: value.extractable };
    if (value instanceof ArrayBuffer) return new TextDecoder('latin1').decode(value);
    return ArrayBuffer.isView(value) ? new TextDecoder('latin1').decode(value) : value;
  };
  const found = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const kept = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([asked(kept.getAllKeys()), asked(kept.getAll())]);
      keys.forEach((key, number) => { found[key] = JSON.parse(JSON.stringify(values[number], letters)); });
    }
    database.close();
  }
  return found;
}
