// The body of an async function: the records that the page's client keeps sealed, unsealed with the key that the page has.

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error ?? new Error("blocked"));
  });
}

const [DATABASE, STORE, KEY] = ["poly-messaging", "kept", "key"];
const databases = await indexedDB.databases();
if (!databases.some(({ name }) => name === DATABASE)) return [];
const database = await answer(indexedDB.open(DATABASE));
const store = database.transaction(STORE).objectStore(STORE);
const [names, values] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
database.close();
const key = values[names.indexOf(KEY)];
const sealed = names.flatMap((name, at) => (name === KEY ? [] : [[name, values[at].split(".")[1]]]));
return Promise.all(
  sealed.map(async ([name, text]) => {
    const bytes = Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
    const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, 12), additionalData: new TextEncoder().encode(name) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, bytes.subarray(12)));
  }),
);
