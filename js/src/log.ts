/** The log: lines of this face and of the module, to the console or to the application's own logger. */

import type { Logger, LogLevel } from "./types.js";

/** In the order of the numbers at the border to the module: 0 to 4. */
export const LEVELS = ["none", "error", "warn", "info", "debug"] as const satisfies readonly LogLevel[];

/** A checked `logger` option. */
export interface Log {
  /** Lines above this level are not wanted: 0 (none) to 4 (debug). */
  readonly level: number;
  /** Never throws. */
  line(level: 1 | 2 | 3 | 4, message: string): void;
}

/** The log that `logger` asks for. */
export function createLog(logger: LogLevel | Logger): Log {
  const custom = typeof logger === "object" ? logger : null;
  const level = custom ? LEVELS.length - 1 : LEVELS.indexOf(logger as LogLevel);
  return {
    level,
    line(number, message) {
      if (number > level) return;
      const name = LEVELS[number];
      try {
        if (custom) custom.log(name, message);
        else console[name](`[poly-messaging] ${message}`);
      } catch {
        // A logger must not break the chat.
      }
    },
  };
}
