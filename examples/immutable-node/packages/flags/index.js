// Feature flags and kill switches: the image is the same everywhere, what differs is configuration.

/**
 * Reads a switch. Only `on` and `off` count: a typo in production must not turn anything on or off
 * unseen.
 *
 * @param {string} name upper-case, e.g. `VISITS`
 * @param {{ fallback: boolean, env?: Record<string, string | undefined> }} options
 * @returns {boolean}
 */
export function isOn(name, { fallback, env = process.env }) {
  const value = env[`FLAG_${name}`];
  if (value === undefined || value === '') return fallback;
  if (value === 'on') return true;
  if (value === 'off') return false;
  throw new Error(`FLAG_${name} is "${value}"; it can be "on" or "off"`);
}
