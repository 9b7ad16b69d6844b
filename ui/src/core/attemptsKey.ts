/** Where attempts to come in are kept on this device; apart, so that they can be forgotten without being loaded. */
export const ATTEMPTS_KEY = 'porch.attempts'
