// @ts-check
/** What a page goes on with by itself, once begun. It is ended when the module that began it has failed and hears of nothing any more. */

/** @type {Map<object, () => void>} How each is ended. */
const held = new Map();

/**
 * @param {object} thing
 * @param {() => void} end
 */
export function hold(thing, end) {
  held.set(thing, end);
}

/**
 * @param {WebSocket} socket
 * @param {boolean} isOpen
 */
export function holdSocket(socket, isOpen) {
  if (isOpen) hold(socket, () => socket.close());
  else release(socket);
}

/**
 * It has ended, or is seen to.
 * @param {object | undefined} thing
 */
export function release(thing) {
  held.delete(/** @type {object} */ (thing));
}

/** Ends all of it. */
export function endAll() {
  for (const end of held.values()) end();
  held.clear();
}
